import { afterAll, beforeAll, expect, test } from "vitest"
import { signIn } from "../testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"
import { clientSecretOf } from "../testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
  await engine.createRealm("globex")
})
afterAll(() => engine.close())

const json = async (path: string) =>
  (await engine.admin("GET", path)).json() as Promise<{ id: string; name: string }[]>

async function tokenOf(realm: string, clientId: string, secret: string): Promise<string> {
  const answer = await fetch(engine.endpoint(realm, "token"), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secret,
    }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** A service account of acme with these rights, and calls with its token. */
async function administrator(name: string, rights: readonly string[]) {
  const secret = `secret-of-${name}-0123456789abcdef`
  await engine.admin("POST", "/acme/clients", { clientId: name, secret, serviceAccountsEnabled: true })
  const { id } = await engine.client("acme", name)
  const user = (await (await engine.admin("GET", `/acme/clients/${id}/service-account-user`)).json()) as {
    id: string
  }
  const management = await engine.client("acme", "realm-management")
  const roles = (await json(`/acme/clients/${management.id}/roles`)).filter((role) =>
    rights.includes(role.name),
  )
  await engine.admin("POST", `/acme/users/${user.id}/role-mappings/clients/${management.id}`, roles)
  const token = await tokenOf("acme", name, secret)
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${engine.url}/admin/realms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { call, userId: user.id, clientUuid: id, token }
}

const role = async (name: string) => (await engine.admin("GET", `/acme/roles/${name}`)).json()
const rightRole = async (name: string) => {
  const management = await engine.client("acme", "realm-management")
  const role = (await json(`/acme/clients/${management.id}/roles`)).find((one) => one.name === name)
  return { management: management.id, role }
}

test("without a token, with a broken, foreign or user's one, nothing is answered but 401 and 403", async () => {
  const { tokens } = await signIn(engine, "acme")
  const service = await tokenOf("acme", "gatehouse-api", clientSecretOf("acme"))
  const admin = await engine.adminToken()
  const [header, payload, signature] = admin.split(".") as [string, string, string]
  const forged = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url")
  const cases: readonly (readonly [string | undefined, number])[] = [
    [undefined, 401],
    ["", 401],
    ["Basic Ym9vdHN0cmFwOng=", 401],
    ["Bearer garbage", 401],
    [`Bearer ${admin}x`, 401],
    [`Bearer ${header}.${payload}.${signature.slice(0, -4)}AAAA`, 401],
    [`Bearer ${forged}.${payload}.`, 401],
    [`Bearer ${tokens.id_token}`, 401],
    [`Bearer ${tokens.refresh_token}`, 401],
    [`Bearer ${tokens.access_token}`, 403],
    [`Bearer ${service}`, 403],
  ]
  for (const [authorization, status] of cases) {
    for (const path of ["", "/acme", "/acme/users", "/acme/clients", "/nowhere/users"]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const answer = await fetch(`${engine.url}/admin/realms${path}`, { headers })
      expect([authorization?.slice(0, 20), path, answer.status]).toEqual([
        authorization?.slice(0, 20),
        path,
        status,
      ])
      const text = status === 401 ? "HTTP 401 Unauthorized" : "HTTP 403 Forbidden"
      expect(await answer.json()).toEqual({ error: text })
    }
  }
  expect((await engine.admin("GET", "/acme/users")).status).toBe(200)
})

test("a realm's own account acts in its realm alone; another realm answers like one that does not exist", async () => {
  const { call } = await administrator("own-admin", ["realm-admin"])
  expect((await call("GET", "/acme/users")).status).toBe(200)
  expect(await (await call("GET", "")).json()).toMatchObject([{ realm: "acme" }])
  const outside = await Promise.all(
    ["/globex", "/nowhere", "/master"].flatMap((realm) =>
      ["", "/users", "/clients", "/groups"].map(async (path) => {
        const answer = await call("GET", `${realm}${path}`)
        return [answer.status, await answer.text()]
      }),
    ),
  )
  expect(new Set(outside.map((one) => JSON.stringify(one)))).toEqual(
    new Set(['[403,"{\\"error\\":\\"HTTP 403 Forbidden\\"}"]']),
  )
  expect((await call("POST", "", { realm: "mine" })).status).toBe(403)
  expect((await call("DELETE", "/acme")).status).toBe(403)
  expect((await call("PUT", "/acme", { realm: "globex2" })).status).toBe(403)
  expect((await call("PUT", "/acme", { displayName: "Acme!" })).status).toBe(204)
})

test("each right opens what it is for and nothing else, and a right that is taken away stops at once", async () => {
  const viewer = await administrator("viewing", ["view-users"])
  expect((await viewer.call("GET", "/acme/users")).status).toBe(200)
  expect((await viewer.call("GET", "/acme/groups")).status).toBe(200)
  for (const [method, path, body] of [
    ["POST", "/acme/users", { username: "newcomer" }],
    ["GET", "/acme/clients", undefined],
    ["GET", "/acme", undefined],
    ["PUT", "/acme", {}],
    ["POST", "/acme/groups", { name: "g" }],
    ["POST", "/acme/roles", { name: "r" }],
  ] as const) {
    expect([path, (await viewer.call(method, path, body)).status]).toEqual([path, 403])
  }
  const { management, role: held } = await rightRole("view-users")
  await engine.admin("DELETE", `/acme/users/${viewer.userId}/role-mappings/clients/${management}`, [held])
  expect((await viewer.call("GET", "/acme/users")).status).toBe(403)
  const clients = await administrator("viewing-clients", ["view-clients"])
  const listed = (await (await clients.call("GET", "/acme/clients")).json()) as Record<string, unknown>[]
  expect(listed.length).toBeGreaterThan(3)
  expect(listed.every((client) => client.secret === undefined)).toBe(true)
})

test("nobody gives a role that they lack: not directly, by group, by parent group, nor to themselves", async () => {
  const { call, userId } = await administrator("users-admin", ["manage-users", "view-users"])
  const ada = await engine.userId("acme", "ada")
  const { management, role: realmAdmin } = await rightRole("realm-admin")
  const { role: manageUsers } = await rightRole("manage-users")
  const tenantAdmin = await role("tenant-admin")
  for (const target of [ada, userId]) {
    expect((await call("POST", `/acme/users/${target}/role-mappings/realm`, [tenantAdmin])).status).toBe(403)
    expect(
      (await call("POST", `/acme/users/${target}/role-mappings/clients/${management}`, [realmAdmin])).status,
    ).toBe(403)
  }
  expect(
    (await call("POST", `/acme/users/${ada}/role-mappings/clients/${management}`, [manageUsers])).status,
  ).toBe(204)
  await engine.admin("DELETE", `/acme/users/${ada}/role-mappings/clients/${management}`, [manageUsers])

  await engine.admin("POST", "/acme/groups", { name: "privileged" })
  const [privileged] = await json("/acme/groups?search=privileged&exact=true")
  await engine.admin("POST", `/acme/groups/${privileged?.id}/role-mappings/realm`, [tenantAdmin])
  const child = await engine.admin("POST", `/acme/groups/${privileged?.id}/children`, { name: "child" })
  const childId = child.headers.get("location")?.split("/").at(-1)
  for (const group of [privileged?.id, childId]) {
    expect((await call("PUT", `/acme/users/${userId}/groups/${group}`)).status).toBe(403)
    expect((await call("POST", `/acme/groups/${group}/children`, { name: "deeper" })).status).toBe(403)
    expect((await call("POST", `/acme/groups/${group}/role-mappings/realm`, [tenantAdmin])).status).toBe(403)
    expect((await call("DELETE", `/acme/groups/${group}`)).status).toBe(403)
  }
  expect(
    (await call("POST", "/acme/users", { username: "sneaky", groups: ["/privileged/child"] })).status,
  ).toBe(403)
  expect(await json("/acme/users?username=sneaky")).toEqual([])
  const [plain] = await json("/acme/groups?search=org-members&exact=true")
  expect((await call("PUT", `/acme/users/${userId}/groups/${plain?.id}`)).status).toBe(204)
})

test("nobody resets, changes, ends or removes an account that holds a right they lack, nor takes its client", async () => {
  const { call } = await administrator("helpdesk", [
    "manage-users",
    "view-users",
    "manage-clients",
    "view-clients",
  ])
  const above = await administrator("above-helpdesk", ["realm-admin"])
  const boss = ((await json("/acme/users?username=grace&exact=true"))[0] as { id: string }).id
  await engine.admin("POST", `/acme/users/${boss}/role-mappings/realm`, [await role("tenant-admin")])
  for (const target of [boss, above.userId]) {
    expect((await call("PUT", `/acme/users/${target}/reset-password`, { value: "taken over" })).status).toBe(
      403,
    )
    expect((await call("PUT", `/acme/users/${target}`, { email: "evil@acme.example" })).status).toBe(403)
    expect((await call("POST", `/acme/users/${target}/logout`)).status).toBe(403)
    expect((await call("DELETE", `/acme/users/${target}`)).status).toBe(403)
  }
  const client = `/acme/clients/${above.clientUuid}`
  expect(await (await call("GET", `${client}/client-secret`)).json()).toEqual({ type: "secret" })
  expect((await call("POST", `${client}/client-secret`)).status).toBe(403)
  expect(
    (await call("PUT", client, { clientId: "above-helpdesk", redirectUris: ["https://evil.example/*"] }))
      .status,
  ).toBe(403)
  expect((await call("DELETE", client)).status).toBe(403)
  await engine.admin("POST", "/acme/users", { username: "plain-user" })
  const plain = await engine.userId("acme", "plain-user")
  await engine.admin("DELETE", `/acme/users/${plain}/role-mappings/realm`)
  expect((await call("PUT", `/acme/users/${plain}/reset-password`, { value: "a new password" })).status).toBe(
    204,
  )
  const management = await engine.client("acme", "realm-management")
  expect((await engine.admin("DELETE", `/acme/clients/${management.id}`)).status).toBe(400)
})

test("only the platform's administrator says which organization a token is of", async () => {
  const { call } = await administrator("clients-admin", ["manage-clients", "view-clients"])
  const org = (value: string) => ({
    name: "org_id",
    protocol: "openid-connect",
    protocolMapper: "oidc-hardcoded-claim-mapper",
    config: { "claim.name": "org_id", "claim.value": value, "access.token.claim": "true" },
  })
  expect(
    (await call("POST", "/acme/clients", { clientId: "posing", protocolMappers: [org("globex")] })).status,
  ).toBe(403)
  expect((await call("POST", "/acme/clients", { clientId: "modest" })).status).toBe(201)
  const modest = await engine.client("acme", "modest")
  expect(
    (await call("POST", `/acme/clients/${modest.id}/protocol-mappers/models`, org("globex"))).status,
  ).toBe(403)
  const portal = await engine.client("acme", "portal")
  const mappers = portal.protocolMappers as { id: string; name: string }[]
  const own = mappers.find(({ name }) => name === "org_id")
  expect(
    (
      await call("PUT", `/acme/clients/${portal.id}/protocol-mappers/models/${own?.id}`, {
        ...org("globex"),
        id: own?.id,
      })
    ).status,
  ).toBe(403)
  expect((await call("DELETE", `/acme/clients/${portal.id}/protocol-mappers/models/${own?.id}`)).status).toBe(
    403,
  )
  expect(
    (await call("PUT", `/acme/clients/${portal.id}`, { clientId: "portal", protocolMappers: [] })).status,
  ).toBe(403)
  expect(
    (await call("PUT", `/acme/clients/${portal.id}`, { ...portal, description: "unchanged mappers" })).status,
  ).toBe(204)
  const twin = await engine.admin("POST", `/acme/clients/${modest.id}/protocol-mappers/models`, org("acme"))
  expect(twin.status).toBe(201)
})
