import { randomUUID } from "node:crypto"
import type { OrganizationId } from "@gatehouse/contracts"
import { describe, expect, test } from "vitest"
import type { IdentityClient } from "../create-identity-client.ts"
import type { Directory } from "../directory/create-directory.ts"
import { templateOf, uniqueOrganization } from "./test-realm.ts"
import type { TestWire } from "./test-wire.ts"

interface Context {
  readonly client: IdentityClient
  /** Remembers nothing. */
  readonly directory: Directory
  readonly wire: TestWire
  readonly organization: OrganizationId
}

/** Who is who in a realm, as the directory tells it. */
export function defineDirectory(context: () => Context): void {
  describe("the directory", () => {
    test("names the roles that groups and the groups above them give", async () => {
      const { client, directory, wire, organization } = context()
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
      const { client, directory, organization } = context()
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
      const { client, directory } = context()
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
      const { directory, organization } = context()
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
      const { client, organization } = context()
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
      const { client, directory, wire } = context()
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
}
