import { describe, expect, test } from "vitest"
import type { TestWire } from "./test-wire.ts"

interface Context {
  readonly wire: TestWire
  readonly realm: string
}

/** What Keycloak 26.7 was seen to do where one would guess otherwise; Gatehouse's client relies on it. */
export function defineWireQuirks(context: () => Context): void {
  const send = (method: string, path: string, body?: unknown) =>
    context().wire.send(method, context().realm, path, body)
  const made = async (path: string, body: unknown) => {
    const answer = await send("POST", path, body)
    expect(answer.status).toBe(201)
    return answer.headers.get("location")?.split("/").at(-1) ?? ""
  }
  const json = async (path: string) => context().wire.read(context().realm, path)

  describe("its quirks", () => {
    test("errors have Keycloak's statuses and sentences", async () => {
      await made("/users", { username: "quirky", email: "quirky@acme.example" })
      const cases = [
        ["GET", "/users/00000000-0000-0000-0000-000000000000", undefined, 404, { error: "User not found" }],
        [
          "GET",
          "/clients/00000000-0000-0000-0000-000000000000",
          undefined,
          404,
          { error: "Could not find client" },
        ],
        [
          "GET",
          "/groups/00000000-0000-0000-0000-000000000000",
          undefined,
          404,
          { error: "Could not find group by id" },
        ],
        ["GET", "/roles/no-such-role", undefined, 404, { error: "Could not find role" }],
        ["GET", "/group-by-path/no/such", undefined, 404, { error: "Group path does not exist" }],
        ["POST", "/users", { username: "QUIRKY" }, 409, { errorMessage: "User exists with same username" }],
        [
          "POST",
          "/users",
          { username: "quirky2", email: "Quirky@acme.example" },
          409,
          { errorMessage: "User exists with same email" },
        ],
        [
          "POST",
          "/clients",
          { clientId: "gatehouse-api" },
          409,
          { errorMessage: "Client gatehouse-api already exists" },
        ],
      ] as const
      for (const [method, path, body, status, expected] of cases) {
        const answer = await send(method, path, body)
        expect([path, answer.status]).toEqual([path, status])
        expect(await answer.json()).toMatchObject(expected)
      }
    })

    test("an unknown member of a body is 400, and so is a user name that is too short", async () => {
      expect((await send("POST", "/users", { username: "strange", strange: true })).status).toBe(400)
      expect((await send("POST", "/clients", { clientId: "strange", strange: true })).status).toBe(400)
      const short = await send("POST", "/users", { username: "ab" })
      expect(short.status).toBe(400)
      expect(await short.json()).toMatchObject({ field: "username", errorMessage: "error-invalid-length" })
    })

    test("a PUT with attributes and without names wipes the names, one without attributes keeps them", async () => {
      const id = await made("/users", {
        username: "wiped",
        email: "wiped@acme.example",
        firstName: "W",
        lastName: "Iped",
      })
      expect((await send("PUT", `/users/${id}`, { enabled: true })).status).toBe(204)
      expect(await json(`/users/${id}`)).toMatchObject({ firstName: "W", email: "wiped@acme.example" })
      expect((await send("PUT", `/users/${id}`, { attributes: {} })).status).toBe(204)
      const after = (await json(`/users/${id}`)) as Record<string, unknown>
      expect([after.firstName, after.lastName, after.email]).toEqual([undefined, undefined, undefined])
    })

    test("users are disabled unless said otherwise, lower-cased, and have the default role by POST", async () => {
      const id = await made("/users", { username: "MixedCase", realmRoles: ["viewer"] })
      expect(await json(`/users/${id}`)).toMatchObject({ username: "mixedcase", enabled: false })
      const roles = (await json(`/users/${id}/role-mappings/realm`)) as { name: string }[]
      expect(roles.map(({ name }) => name)).toEqual([`default-roles-${context().realm}`])
    })

    test("lists page by first and max, and max=0 is empty", async () => {
      for (const name of ["page-a", "page-b", "page-c"]) await made("/users", { username: name })
      const names = async (query: string) =>
        ((await json(`/users?${query}`)) as { username: string }[]).map(({ username }) => username)
      expect(await names("search=page-")).toEqual(["page-a", "page-b", "page-c"])
      expect(await names("search=page-&first=1&max=1")).toEqual(["page-b"])
      expect(await names("search=page-&max=0")).toEqual([])
      expect(await names("search=*age-b")).toEqual(["page-b"])
      expect(await names("username=page-b&exact=true")).toEqual(["page-b"])
      expect(await json("/users/count?search=page-")).toBe(3)
      expect(await names("search=service-account")).toEqual([])
      expect(await names("username=service-account-gatehouse-api")).toEqual(["service-account-gatehouse-api"])
    })

    test("subGroups stays empty but in a search; subGroupCount and children tell", async () => {
      const parent = await made("/groups", { name: "tree" })
      await made(`/groups/${parent}/children`, { name: "leaf-of-tree" })
      expect(await json(`/groups/${parent}`)).toMatchObject({ subGroupCount: 1, subGroups: [] })
      const children = (await json(`/groups/${parent}/children`)) as { path: string }[]
      expect(children.map(({ path }) => path)).toEqual(["/tree/leaf-of-tree"])
      const found = (await json("/groups?search=leaf-of-tree")) as {
        name: string
        subGroups: { name: string }[]
      }[]
      expect(found.map(({ name, subGroups }) => [name, subGroups.map((group) => group.name)])).toEqual([
        ["tree", ["leaf-of-tree"]],
      ])
    })

    test("a member of a child has the parent's roles, and is not in the parent's list of members", async () => {
      const parent = await made("/groups", { name: "roles-above" })
      const child = await made(`/groups/${parent}/children`, { name: "below" })
      const id = await made("/users", { username: "below-member", enabled: true })
      expect((await send("PUT", `/users/${id}/groups/${child}`)).status).toBe(204)
      const role = await json("/roles/developer")
      expect((await send("POST", `/groups/${parent}/role-mappings/realm`, [role])).status).toBe(204)
      const effective = (await json(`/users/${id}/role-mappings/realm/composite`)) as { name: string }[]
      expect(effective.map(({ name }) => name)).toContain("developer")
      expect(await json(`/groups/${parent}/members`)).toEqual([])
      expect(await json(`/groups/${child}/members`)).toMatchObject([{ username: "below-member" }])
      expect((await send("DELETE", `/groups/${parent}/role-mappings/realm`, [role])).status).toBe(204)
      const after = (await json(`/users/${id}/role-mappings/realm/composite`)) as { name: string }[]
      expect(after.map(({ name }) => name)).not.toContain("developer")
    })

    test("a PUT of a client keeps what is missing and merges attributes", async () => {
      const id = await made("/clients", {
        clientId: "merged",
        redirectUris: ["https://merged.example/*"],
        attributes: { "post.logout.redirect.uris": "+" },
      })
      const change = { clientId: "merged", attributes: { "access.token.lifespan": "60" } }
      expect((await send("PUT", `/clients/${id}`, change)).status).toBe(204)
      expect(await json(`/clients/${id}`)).toMatchObject({
        redirectUris: ["https://merged.example/*"],
        attributes: { "post.logout.redirect.uris": "+", "access.token.lifespan": "60" },
      })
    })

    test("paths with a trailing slash, as the official client sends them, are the same", async () => {
      expect((await send("GET", "/users/?max=1")).status).toBe(200)
      expect((await send("GET", "/clients/?max=1")).status).toBe(200)
    })

    test("without a token 401, and without rights 403", async () => {
      const { realm } = context()
      const anonymous = await context().wire.anonymous(realm, "/users")
      expect(anonymous.status).toBe(401)
      expect(await anonymous.json()).toEqual({ error: "HTTP 401 Unauthorized" })
      const powerless = await context().wire.as(realm, "gatehouse-api", "GET", realm, "/users")
      expect(powerless.status).toBe(403)
      expect(await powerless.json()).toEqual({ error: "HTTP 403 Forbidden" })
    })
  })
}
