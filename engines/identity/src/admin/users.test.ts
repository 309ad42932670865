import { afterAll, beforeAll, expect, test } from "vitest"
import { signIn } from "../testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"
import { password } from "../testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
})
afterAll(() => engine.close())

async function make(user: Record<string, unknown>): Promise<string> {
  const answer = await engine.admin("POST", "/acme/users", user)
  expect(answer.status).toBe(201)
  const location = answer.headers.get("location") ?? ""
  expect(location).toMatch(new RegExp(`^${engine.url}/admin/realms/acme/users/[0-9a-f-]{36}$`))
  return location.split("/").at(-1) ?? ""
}

const read = async (path: string) =>
  (await engine.admin("GET", `/acme${path}`)).json() as Promise<Record<string, unknown>>

test("a profile that breaks a rule is 400 with each violation named, on create and on update", async () => {
  const id = await make({ username: "valid.name" })
  const bad = { email: "a@b@c.example", firstName: "<b>", lastName: "x".repeat(256) }
  for (const answer of [
    await engine.admin("POST", "/acme/users", { username: "other.name", ...bad }),
    await engine.admin("PUT", `/acme/users/${id}`, bad),
  ]) {
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      errors: [
        { field: "email", errorMessage: "error-invalid-email", params: ["email"] },
        { field: "firstName", errorMessage: "error-person-name-invalid-character", params: ["firstName"] },
        { field: "lastName", errorMessage: "error-person-name-invalid-character", params: ["lastName"] },
      ],
    })
  }
  for (const username of [
    "",
    "ab",
    "a b c",
    "a/b/c",
    "x".repeat(256),
    "a\u0000bc",
    "a\u200bbc",
    "8d0a4c9e-4a51-4c39-9a1a-0d3b8f3a9b11",
  ]) {
    expect((await engine.admin("POST", "/acme/users", { username })).status).toBe(400)
  }
  const renamed = await engine.admin("PUT", `/acme/users/${id}`, { username: "new.name" })
  expect(await renamed.json()).toMatchObject({
    field: "username",
    errorMessage: "error-user-attribute-read-only",
  })
})

test("an attribute never stands in for a flag or a member of the user", async () => {
  const planted = { emailVerified: ["true"], email: ["admin@acme.example"], enabled: ["true"] }
  const id = await make({ username: "planter", attributes: planted })
  expect((await engine.admin("PUT", `/acme/users/${id}`, { attributes: planted })).status).toBe(204)
  const user = await read(`/users/${id}`)
  expect(user).toMatchObject({ emailVerified: false, enabled: false })
  expect([user.email, user.attributes]).toEqual([undefined, undefined])
  const imported = await engine.admin("POST", "", {
    realm: "planted",
    users: [{ username: "planter", attributes: { ...planted, tier: ["gold"] } }],
  })
  expect(imported.status).toBe(201)
  const [other] = (await (await engine.admin("GET", "/planted/users")).json()) as [Record<string, unknown>]
  expect(other).toMatchObject({ emailVerified: false, attributes: { tier: ["gold"] } })
})

test("members that are not a user's change nothing: organization, roles, verification by another name, prototypes", async () => {
  for (const body of [
    '{"username":"strange","organization":"globex"}',
    '{"username":"strange","realm":"globex"}',
    '{"username":"strange","role":"admin"}',
    '{"username":"strange","verified":true}',
    '{"username":"strange","__proto__":{"enabled":true}}',
    '{"username":"strange","federationLink":"x"}',
    "[]",
    '"strange"',
    "null",
    '{"username":"strange"',
    '{"username":["strange"]}',
    '{"username":"strange","enabled":"true"}',
  ]) {
    const answer = await fetch(`${engine.url}/admin/realms/acme/users`, {
      method: "POST",
      headers: { authorization: `Bearer ${await engine.adminToken()}`, "content-type": "application/json" },
      body,
    })
    expect([body, answer.status]).toEqual([body, 400])
  }
  expect(await read("/users?username=strange")).toEqual([])
  const id = await make({
    username: "roleless",
    realmRoles: ["tenant-admin"],
    serviceAccountClientId: undefined,
  })
  const roles = (await (await engine.admin("GET", `/acme/users/${id}/role-mappings/realm`)).json()) as {
    name: string
  }[]
  expect(roles.map(({ name }) => name)).toEqual(["default-roles-acme"])
})

test("a new password, a disabled account, a new e-mail address and a logout end what is open", async () => {
  const ending: readonly (readonly [string, string, unknown])[] = [
    ["PUT", "/reset-password", { type: "password", value: password, temporary: false }],
    ["POST", "/logout", undefined],
    ["PUT", "", { email: "ada.new@acme.example" }],
    ["PUT", "", { enabled: false }],
  ]
  const id = await engine.userId("acme", "ada")
  for (const [method, path, body] of ending) {
    const { tokens } = await signIn(engine, "acme")
    const [session] = (await (await engine.admin("GET", `/acme/users/${id}/sessions`)).json()) as Record<
      string,
      unknown
    >[]
    expect(session).toMatchObject({ userId: id, username: "ada", rememberMe: false })
    expect(Object.values(session?.clients as object)).toContain("portal")
    expect((await engine.admin(method, `/acme/users/${id}${path}`, body)).status).toBe(204)
    expect(await (await engine.admin("GET", `/acme/users/${id}/sessions`)).json()).toEqual([])
    const refreshed = await fetch(engine.endpoint("acme", "token"), {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        client_id: "portal",
        refresh_token: tokens.refresh_token ?? "",
      }),
    })
    expect([path, refreshed.status]).toEqual([path, 400])
    const info = await fetch(engine.endpoint("acme", "userinfo"), {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect([path, info.status]).toEqual([path, 401])
    // Tokens of the same second as the change would be refused too.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  }
  await engine.admin("PUT", `/acme/users/${id}`, { enabled: true })
  expect((await signIn(engine, "acme")).tokens.access_token).toBeDefined()
}, 30_000)

test("a temporary password asks for a new one, and a user that is removed is gone with sessions and roles", async () => {
  const id = await make({
    username: "short-lived",
    enabled: true,
    credentials: [{ type: "password", value: "x1234567", temporary: true }],
  })
  expect(await read(`/users/${id}`)).toMatchObject({ requiredActions: ["UPDATE_PASSWORD"] })
  expect(
    (await engine.admin("PUT", `/acme/users/${id}/reset-password`, { type: "password", value: "y1234567" }))
      .status,
  ).toBe(204)
  expect(await read(`/users/${id}`)).toMatchObject({ requiredActions: [] })
  expect((await engine.admin("DELETE", `/acme/users/${id}`)).status).toBe(204)
  expect((await engine.admin("GET", `/acme/users/${id}`)).status).toBe(404)
  const again = await make({ username: "short-lived" })
  expect(again).not.toBe(id)
})

test("filters that are not supported are refused, not passed over, and so is a parameter that comes twice", async () => {
  for (const query of ["q=tier:gold", "idpAlias=x", "search=a&search=b", "first=x", "max=1e3"]) {
    expect([query, (await engine.admin("GET", `/acme/users?${query}`)).status]).toEqual([query, 400])
  }
  expect((await engine.admin("GET", "/acme/users?max=-1")).status).toBe(200)
})

test("a service account has no password, is listed by name alone, and keeps its name", async () => {
  const client = await engine.client("acme", "gatehouse-api")
  const user = (await (
    await engine.admin("GET", `/acme/clients/${client.id}/service-account-user`)
  ).json()) as { id: string }
  expect(
    (await engine.admin("PUT", `/acme/users/${user.id}/reset-password`, { value: "abcdefgh" })).status,
  ).toBe(400)
  expect((await engine.admin("PUT", `/acme/users/${user.id}`, { username: "ada2" })).status).toBe(400)
  const all = (await (await engine.admin("GET", "/acme/users?max=-1")).json()) as { username: string }[]
  expect(all.map(({ username }) => username)).not.toContain("service-account-gatehouse-api")
})
