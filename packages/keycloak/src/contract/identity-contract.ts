import { randomUUID } from "node:crypto"
import { inspect } from "node:util"
import { type OrganizationId, type ProjectUuid, projectRoles } from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createIdentityClient, type IdentityClient } from "../create-identity-client.ts"
import type { Directory } from "../directory/create-directory.ts"
import type { IdentityServerOptions } from "../wire/admin-wire.ts"
import { defineDirectory } from "./directory-contract.ts"
import { templateOf, uniqueOrganization } from "./test-realm.ts"
import { createTestWire, type TestWire } from "./test-wire.ts"
import { defineWireQuirks } from "./wire-quirks.ts"

/** A server to hold to the contract. */
export interface IdentityTarget extends Pick<IdentityServerOptions, "url" | "credentials"> {
  close(): Promise<void>
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

    defineDirectory(() => ({ ...context, organization }))

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
