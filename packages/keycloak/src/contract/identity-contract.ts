import { randomBytes, randomUUID } from "node:crypto"
import { inspect } from "node:util"
import { type OrganizationId, type ProjectUuid, projectRoles } from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createIdentityClient, type IdentityClient } from "../create-identity-client.ts"
import type { Directory } from "../directory/create-directory.ts"
import { type RealmTemplateOptions, realmTemplate } from "../template/realm-template.ts"
import type { IdentityServerOptions } from "../wire/admin-wire.ts"
import { createTestWire, type TestWire } from "./test-wire.ts"
import { defineWireQuirks } from "./wire-quirks.ts"

/** A server to hold to the contract. */
export interface IdentityTarget extends Pick<IdentityServerOptions, "url" | "credentials"> {
  close(): Promise<void>
}

/** A realm of this test alone, removed afterwards. */
function uniqueOrganization(): OrganizationId {
  return `t-${randomBytes(6).toString("hex")}` as OrganizationId
}

function templateOf(organization: OrganizationId, more: Partial<RealmTemplateOptions> = {}) {
  return realmTemplate({
    organization,
    displayName: "Acme",
    organizationUrl: "http://acme.localhost:8080",
    ...more,
  })
}

/** Everything that Gatehouse asks of an identity server. Each server that may stand behind the wire passes it. */
export function defineIdentityContract(server: string, start: () => Promise<IdentityTarget>): void {
  describe(`the identity wire of ${server}`, () => {
    const context = {} as {
      target: IdentityTarget
      client: IdentityClient
      directory: Directory
      wire: TestWire
    }
    const organization = uniqueOrganization()
    beforeAll(async () => {
      context.target = await start()
      context.client = createIdentityClient({ ...context.target, timeoutMilliseconds: 60_000 })
      context.directory = context.client.directory({ cacheMilliseconds: 0 })
      context.wire = createTestWire(context.target)
      await context.client.ensureRealm(templateOf(organization))
    }, 180_000)
    afterAll(async () => {
      await context.client.removeRealm(organization)
      await context.client.close()
      await context.target.close()
    })

    describe("a realm from the template", () => {
      test("is left alone by a second run, and by two at once", async () => {
        const runs = [1, 2].map(() => context.client.ensureRealm(templateOf(organization)))
        expect(await Promise.all(runs)).toEqual([
          { created: false, changes: [] },
          { created: false, changes: [] },
        ])
      })

      test("has the lifetimes, clients, roles and groups of the template", async () => {
        const realm = await context.wire.read(organization, "")
        expect(realm).toMatchObject({
          enabled: true,
          accessTokenLifespan: 300,
          ssoSessionIdleTimeout: 1800,
          ssoSessionMaxLifespan: 28_800,
          revokeRefreshToken: true,
          refreshTokenMaxReuse: 0,
          bruteForceProtected: true,
        })
        const clients = (await context.wire.read(organization, "/clients")) as { clientId: string }[]
        const ours = clients.filter(({ clientId }) => clientId.startsWith("gatehouse-"))
        expect(ours.sort((a, b) => a.clientId.localeCompare(b.clientId))).toMatchObject([
          {
            clientId: "gatehouse-api",
            publicClient: false,
            serviceAccountsEnabled: true,
            standardFlowEnabled: false,
          },
          { clientId: "gatehouse-cli", publicClient: true, redirectUris: ["http://127.0.0.1/*"] },
          { clientId: "gatehouse-portal", publicClient: true, standardFlowEnabled: true },
        ])
        for (const client of ours) {
          expect(client).toMatchObject({ implicitFlowEnabled: false, directAccessGrantsEnabled: false })
        }
        for (const path of ["/org-owners", "/org-admins", "/org-members", "/projects"]) {
          expect(await context.directory.findGroup(organization, path)).toEqual({ hasMembers: false })
        }
      })

      test("gives its service account a token that Gatehouse takes for a service's", async () => {
        const claims = await context.wire.serviceTokenClaims(
          organization,
          "gatehouse-api",
          await context.client.clientSecret(organization, "gatehouse-api"),
        )
        expect([claims.aud].flat()).toContain("gatehouse-api")
        expect(claims).toMatchObject({
          iss: expect.stringMatching(new RegExp(`/realms/${organization}$`)),
          typ: "Bearer",
          azp: "gatehouse-api",
          client_id: "gatehouse-api",
          org_id: organization,
          tenant_id: organization,
          preferred_username: "service-account-gatehouse-api",
          sub: expect.any(String),
          jti: expect.any(String),
        })
        expect(claims.sid).toBeUndefined()
        expect(Number(claims.exp) - Number(claims.iat)).toBe(300)
      })

      test("gets back what drifted, and nothing else of it is touched", async () => {
        const drifting = uniqueOrganization()
        const { client, wire } = context
        expect(await client.ensureRealm(templateOf(drifting))).toMatchObject({ created: true })
        const secret = revealSecret(await client.clientSecret(drifting, "gatehouse-api"))
        const portal = await wire.client(drifting, "gatehouse-portal")
        await wire.change("PUT", drifting, "", { revokeRefreshToken: false, displayName: "Renamed" })
        await wire.change("PUT", drifting, `/clients/${portal.id}`, {
          clientId: "gatehouse-portal",
          redirectUris: ["https://old.example/*"],
          attributes: { "pkce.code.challenge.method": "" },
        })
        const mappers = portal.protocolMappers as { id: string; name: string }[]
        const groups = mappers.find(({ name }) => name === "groups")
        await wire.change("DELETE", drifting, `/clients/${portal.id}/protocol-mappers/models/${groups?.id}`)
        await wire.change("POST", drifting, `/clients/${portal.id}/protocol-mappers/models`, {
          name: "ours",
          protocol: "openid-connect",
          protocolMapper: "oidc-full-name-mapper",
          config: { "id.token.claim": "true" },
        })
        await wire.change("POST", drifting, "/clients", {
          clientId: "theirs",
          publicClient: true,
          redirectUris: ["https://theirs.example/*"],
        })
        await wire.change("DELETE", drifting, "/roles/viewer")
        const { changes } = await client.ensureRealm(templateOf(drifting))
        expect([...changes].sort()).toEqual([
          "client gatehouse-portal: attributes",
          "client gatehouse-portal: mapper groups",
          "client gatehouse-portal: redirectUris",
          "realm: displayName",
          "realm: revokeRefreshToken",
          "role viewer",
        ])
        expect(await client.ensureRealm(templateOf(drifting))).toEqual({ created: false, changes: [] })
        const after = await wire.client(drifting, "gatehouse-portal")
        expect((after.protocolMappers as { name: string }[]).map(({ name }) => name).sort()).toEqual([
          "audience",
          "groups",
          "org_id",
          "ours",
          "tenant_id",
        ])
        expect(await wire.client(drifting, "theirs")).toMatchObject({
          redirectUris: ["https://theirs.example/*"],
        })
        expect(revealSecret(await client.clientSecret(drifting, "gatehouse-api"))).toBe(secret)
        const moved = await client.ensureRealm(
          templateOf(drifting, { organizationUrl: "http://acme.localhost:9090" }),
        )
        expect([...moved.changes].sort()).toEqual([
          "client gatehouse-portal: attributes",
          "client gatehouse-portal: redirectUris",
          "client gatehouse-portal: webOrigins",
        ])
        expect(await client.removeRealm(drifting)).toBe(true)
        expect(await client.removeRealm(drifting)).toBe(false)
      })
    })

    describe("users and groups", () => {
      test("are made once, and changed only where they drifted", async () => {
        const { client, wire } = context
        const specification = {
          username: "Dev.Eloper",
          email: "dev@acme.example",
          emailVerified: true,
          firstName: "Dev",
          lastName: "Eloper",
          password: new Secret("correct horse battery staple"),
          groups: ["/org-members", "/projects/p1/project-developers"],
          realmRoles: ["developer"],
        }
        const made = await client.ensureUser(organization, specification)
        expect(made).toMatchObject({ created: true })
        expect(await client.ensureUser(organization, specification)).toEqual({
          id: made.id,
          created: false,
          changes: [],
        })
        const changed = await client.ensureUser(organization, {
          ...specification,
          lastName: "Oper",
          realmRoles: ["developer", "viewer"],
        })
        expect(changed.changes).toEqual(["lastName", "role viewer"])
        expect(await wire.read(organization, `/users/${made.id}`)).toMatchObject({
          username: "dev.eloper",
          email: "dev@acme.example",
          firstName: "Dev",
          lastName: "Oper",
          enabled: true,
        })
        expect(await context.directory.principalFacts(organization, "user", made.id)).toMatchObject({
          groups: expect.arrayContaining(["/org-members", "/projects/p1/project-developers"]),
          realmRoles: expect.arrayContaining(["developer", "viewer"]),
          enabled: true,
          name: "Dev Oper",
        })
      })

      test("group names of any spelling stay themselves on the way", async () => {
        const { client, directory } = context
        for (const name of ["a b", "50%", "c++", "q?x=1", "h#", "ü & ö", "dots..", "x;y", "%2F"]) {
          const path = `/projects/odd ${name}`
          const { id } = await client.ensureGroupPath(organization, path)
          expect(await client.ensureGroupPath(organization, path)).toEqual({ id, created: false })
          expect(await directory.findGroup(organization, path)).toEqual({ hasMembers: false })
        }
        for (const path of ["org-owners", "", "/", "//", "/a//b", "/../org-owners", "/./x"]) {
          await expect(client.ensureGroupPath(organization, path)).rejects.toMatchObject({
            code: "identity.refused",
          })
        }
      })

      test("a project has six groups, made and removed any number of times", async () => {
        const { client, directory, wire } = context
        const project = randomUUID() as ProjectUuid
        const ensure = async () => {
          await directory.ensureProjectGroups(organization, project, projectRoles)
          const parent = await wire.read(organization, `/group-by-path/projects/${project}`)
          return wire.read(organization, `/groups/${(parent as { id: string }).id}/children`)
        }
        const made = await ensure()
        expect(made).toHaveLength(6)
        expect(await ensure()).toEqual(made)
        expect(await directory.findGroup(organization, `/projects/${project}/project-owners`)).toEqual({
          hasMembers: false,
        })
        await client.ensureUser(organization, {
          username: "owner-of-it",
          groups: [`/projects/${project}/project-owners`],
        })
        expect(await directory.findGroup(organization, `/projects/${project}`)).toEqual({ hasMembers: true })
        await directory.removeProjectGroups(organization, project)
        await directory.removeProjectGroups(organization, project)
        expect(await directory.findGroup(organization, `/projects/${project}`)).toBeUndefined()
        expect(await directory.findGroup(organization, "/projects")).toBeDefined()
      })
    })

    describe("the directory", () => {
      test("names the roles that groups and the groups above them give", async () => {
        const { client, directory, wire } = context
        const outer = await client.ensureGroupPath(organization, "/dept")
        const role = await wire.read(organization, "/roles/tenant-admin")
        await wire.change("POST", organization, `/groups/${outer.id}/role-mappings/realm`, [role])
        const { id } = await client.ensureUser(organization, { username: "inner", groups: ["/dept/team"] })
        const principal = await directory.findPrincipal(organization, "user", id)
        expect(principal).toMatchObject({
          id: `user:${organization}/${id}`,
          home: organization,
          organization,
          username: "inner",
          groups: ["/dept/team"],
          realmRoles: expect.arrayContaining(["tenant-admin"]),
        })
      })

      test("knows service accounts by client id, and no public client, disabled user or foreign id", async () => {
        const { client, directory } = context
        const service = await directory.findPrincipal(organization, "service", "gatehouse-api")
        expect(service).toMatchObject({ id: `service:${organization}/gatehouse-api`, type: "service" })
        const { id } = await client.ensureUser(organization, { username: "gone", enabled: false })
        expect(await directory.principalFacts(organization, "user", id)).toMatchObject({ enabled: false })
        const nobody = [
          ["user", id],
          ["user", randomUUID()],
          ["user", "gone"],
          ["user", ""],
          ["user", ".."],
          ["user", "count"],
          ["user", "../clients"],
          ["user", "%2e%2e"],
          ["service", "gatehouse-portal"],
          ["service", "no-such-client"],
          ["service", ""],
          ["api_key", "key"],
        ] as const
        for (const [type, subject] of nobody) {
          expect(await directory.findPrincipal(organization, type, subject)).toBeUndefined()
        }
        const elsewhere = uniqueOrganization()
        await client.ensureRealm(templateOf(elsewhere))
        const { id: foreign } = await client.ensureUser(elsewhere, { username: "gone" })
        expect(await directory.findPrincipal(organization, "user", foreign)).toBeUndefined()
        expect(await directory.findUser(organization, foreign)).toBeUndefined()
        await client.removeRealm(elsewhere)
      })

      test("lists users page by page, without service accounts, none twice and none missing", async () => {
        const listing = uniqueOrganization()
        const { client, directory } = context
        await client.ensureRealm(templateOf(listing))
        const names = Array.from({ length: 12 }, (_, index) => `user-${String(index).padStart(2, "0")}`)
        for (const username of names) await client.ensureUser(listing, { username })
        const seen: string[] = []
        for (let first = 0; first < 20; first += 5) {
          const page = await directory.listUsers(listing, { first, limit: 5 })
          seen.push(...page.map(({ username }) => username))
        }
        expect(seen).toEqual(names)
        await client.removeRealm(listing)
      })

      test("lists clients page by page, and which of them are services", async () => {
        const { directory } = context
        const seen: string[] = []
        const services: string[] = []
        for (let first = 0; first < 30; first += 3) {
          const page = await directory.listClients(organization, { first, limit: 3 })
          seen.push(...page.map(({ clientId }) => clientId))
          services.push(...page.filter((client) => client.hasServiceAccount).map(({ clientId }) => clientId))
        }
        expect(seen).toEqual(expect.arrayContaining(["gatehouse-api", "gatehouse-portal"]))
        expect(new Set(seen).size).toBe(seen.length)
        expect(services).toEqual(["gatehouse-api"])
      })

      test("remembers for its time, and forgets an organization when it is told to", async () => {
        const { client } = context
        const remembering = client.directory({ cacheMilliseconds: 60_000 })
        const { id } = await client.ensureUser(organization, { username: "mover", groups: ["/org-members"] })
        const groups = async () => (await remembering.findPrincipal(organization, "user", id))?.groups
        expect(await groups()).toEqual(["/org-members"])
        await client.ensureUser(organization, { username: "mover", groups: ["/org-members", "/org-admins"] })
        expect(await groups()).toEqual(["/org-members"])
        remembering.forget("another" as OrganizationId)
        expect(await groups()).toEqual(["/org-members"])
        remembering.forget(organization)
        expect(await groups()).toEqual(expect.arrayContaining(["/org-members", "/org-admins"]))
      })

      test("names every group of somebody with more groups than one answer holds", async () => {
        const { client, directory, wire } = context
        const crowded = uniqueOrganization()
        const names = Array.from({ length: 104 }, (_, index) => `g${String(index).padStart(3, "0")}`)
        const paths = names.map((name) => `/many/${name}`)
        await wire.change("POST", "", "", {
          realm: crowded,
          enabled: true,
          groups: [{ name: "many", subGroups: names.map((name) => ({ name })) }],
          users: [{ username: "joiner", enabled: true, groups: paths }],
        })
        const [joiner] = await directory.listUsers(crowded, { first: 0, limit: 1 })
        const principal = await directory.findPrincipal(crowded, "user", joiner?.subject ?? "")
        expect([...(principal?.groups ?? [])].sort()).toEqual(paths)
        await client.removeRealm(crowded)
      }, 120_000)
    })

    describe("failures", () => {
      test("a wrong secret, an unknown realm and a server that is not there are told apart, and none is empty", async () => {
        const { target, client, directory } = context
        const { credentials } = target
        const planted = "wrong-secret-planted-0123456789"
        const wrong = createIdentityClient({
          ...target,
          credentials: { ...credentials, clientSecret: new Secret(planted) },
        })
        const refused = await wrong.ensureGroupPath(organization, "/x").catch((error: unknown) => error)
        expect(refused).toMatchObject({ code: "identity.credentials_refused" })
        expect(inspect(refused, { depth: 9 })).not.toContain(planted)
        await wrong.close()
        await expect(client.ensureUser("no-such-realm", { username: "nobody" })).rejects.toMatchObject({
          code: "identity.not_found",
        })
        await expect(client.clientSecret(organization, "gatehouse-portal")).rejects.toMatchObject({
          code: "identity.not_found",
        })
        await expect(
          directory.listUsers("no-such-realm" as OrganizationId, { first: 0, limit: 5 }),
        ).rejects.toMatchObject({ code: "identity.not_found" })
        const gone = createIdentityClient({ ...target, url: "http://127.0.0.1:9" })
        const lost = gone.directory()
        await expect(lost.findPrincipal(organization, "user", randomUUID())).rejects.toMatchObject({
          code: "authz.unavailable",
        })
        await expect(lost.listUsers(organization, { first: 0, limit: 5 })).rejects.toMatchObject({
          code: "identity.unavailable",
        })
        await expect(lost.listClients(organization, { first: 0, limit: 5 })).rejects.toMatchObject({
          code: "identity.unavailable",
        })
        await expect(lost.findGroup(organization, "/org-owners")).rejects.toMatchObject({
          code: "identity.unavailable",
        })
        expect(await gone.health()).toMatchObject({ status: "failed" })
        await gone.close()
        expect(await client.health()).toEqual({ status: "ok" })
      })
    })

    defineWireQuirks(() => ({ wire: context.wire, realm: organization }))
  })
}
