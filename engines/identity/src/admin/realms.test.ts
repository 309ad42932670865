import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

const jwks = async (realm: string) =>
  (await (await fetch(engine.endpoint(realm, "certs"))).json()) as {
    keys: { kid: string; kty: string; n: string }[]
  }

test("a realm of a name alone has Keycloak's defaults, is disabled, and has scopes, roles and a key of its own", async () => {
  const made = await engine.admin("POST", "", { realm: "bare" })
  expect([made.status, made.headers.get("location")]).toEqual([201, `${engine.url}/admin/realms/bare`])
  const realm = (await (await engine.admin("GET", "/bare")).json()) as Record<string, unknown>
  expect(realm).toMatchObject({
    realm: "bare",
    enabled: false,
    accessTokenLifespan: 300,
    ssoSessionIdleTimeout: 1800,
    ssoSessionMaxLifespan: 36_000,
    revokeRefreshToken: false,
    failureFactor: 30,
    notBefore: 0,
  })
  const names = async (path: string, member: string) =>
    ((await (await engine.admin("GET", `/bare${path}`)).json()) as Record<string, string>[]).map(
      (one) => one[member],
    )
  expect(await names("/roles", "name")).toEqual(["default-roles-bare", "offline_access", "uma_authorization"])
  expect(await names("/client-scopes", "name")).toEqual(
    expect.arrayContaining(["acr", "basic", "email", "profile", "roles", "service_account", "web-origins"]),
  )
  await engine.createRealm("other")
  const [mine, others] = [await jwks("bare").catch(() => undefined), await jwks("other")]
  expect(others.keys).toMatchObject([{ kty: "RSA" }])
  expect(mine?.keys?.[0]?.n).not.toBe(others.keys[0]?.n)
})

test("an import is all or nothing", async () => {
  const representation = (users: unknown[]) => ({
    realm: "halves",
    enabled: true,
    clients: [{ clientId: "first" }],
    groups: [{ name: "g", subGroups: [{ name: "h", realmRoles: ["made-on-the-way"] }] }],
    users,
  })
  for (const bad of [
    { username: "x" },
    { username: "lost", groups: ["/nowhere"] },
    { username: "lost", clientRoles: { "realm-management": ["no-such"] } },
  ]) {
    expect((await engine.admin("POST", "", representation([bad]))).status).toBe(400)
    expect((await engine.admin("GET", "/halves")).status).toBe(404)
  }
  const good = {
    username: "found",
    groups: ["/g/h"],
    realmRoles: ["another"],
    clientRoles: { "realm-management": ["view-users"] },
  }
  expect((await engine.admin("POST", "", representation([good]))).status).toBe(201)
  expect((await engine.admin("POST", "", representation([good]))).status).toBe(409)
  const [user] = (await (await engine.admin("GET", "/halves/users")).json()) as [{ id: string }]
  const roles = (await (
    await engine.admin("GET", `/halves/users/${user.id}/role-mappings/realm/composite`)
  ).json()) as { name: string }[]
  expect(roles.map(({ name }) => name)).toEqual(["another", "made-on-the-way"])
})

test("what the engine does not do is refused, never silently accepted", async () => {
  for (const member of [
    { registrationAllowed: true },
    { passwordPolicy: "length(8)" },
    { identityProviders: [{ alias: "x" }] },
    { clientScopes: [{ name: "x" }] },
    { components: { "org.keycloak.keys.KeyProvider": [] } },
    { smtpServer: { host: "x" } },
    { defaultSignatureAlgorithm: "HS256" },
    { refreshTokenMaxReuse: 1 },
    { accessTokenLifespan: 0 },
    { accessTokenLifespan: -1 },
    { accessTokenLifespan: "300" },
    { unheardOf: 1 },
  ]) {
    expect([member, (await engine.admin("POST", "", { realm: "refused", ...member })).status]).toEqual([
      member,
      400,
    ])
  }
  expect((await engine.admin("GET", "/refused")).status).toBe(404)
  for (const realm of ["", "a/b", "..", "a..b", "a b", "ä", "a%2fb", ".a", "x".repeat(300)]) {
    expect([realm, (await engine.admin("POST", "", { realm })).status]).toEqual([realm, 400])
  }
})

test("a PUT keeps what is missing, a renamed realm keeps its keys, and a deleted one is gone with everything", async () => {
  await engine.createRealm("changing")
  const before = await jwks("changing")
  expect((await engine.admin("PUT", "/changing", { accessTokenLifespan: 60 })).status).toBe(204)
  expect(await (await engine.admin("GET", "/changing")).json()).toMatchObject({
    accessTokenLifespan: 60,
    enabled: true,
    ssoSessionMaxLifespan: 28_800,
  })
  expect((await engine.admin("PUT", "/changing", { realm: "changed" })).status).toBe(204)
  expect((await engine.admin("GET", "/changing")).status).toBe(404)
  expect(await jwks("changed")).toEqual(before)
  expect((await engine.admin("PUT", "/changed", { realm: "master" })).status).toBe(409)
  expect((await engine.admin("DELETE", "/changed")).status).toBe(204)
  expect((await engine.admin("DELETE", "/changed")).status).toBe(404)
  await engine.createRealm("changed")
  expect((await jwks("changed")).keys[0]?.kid).not.toBe(before.keys[0]?.kid)
})

test("the realm master stays: it is not removed, renamed or disabled, and neither is a default role", async () => {
  expect((await engine.admin("DELETE", "/master")).status).toBe(400)
  expect((await engine.admin("PUT", "/master", { realm: "slave" })).status).toBe(400)
  expect((await engine.admin("PUT", "/master", { enabled: false })).status).toBe(400)
  expect((await engine.admin("PUT", "/master", { accessTokenLifespan: 60 })).status).toBe(204)
  expect((await engine.admin("DELETE", "/master/roles/default-roles-master")).status).toBe(400)
})

test("the list of realms is full or brief", async () => {
  const brief = (await (await engine.admin("GET", "?briefRepresentation=true")).json()) as Record<
    string,
    unknown
  >[]
  expect(brief.find(({ realm }) => realm === "master")).toEqual({
    id: expect.any(String),
    realm: "master",
    enabled: true,
  })
  const full = (await (await engine.admin("GET", "")).json()) as Record<string, unknown>[]
  expect(full.find(({ realm }) => realm === "master")).toMatchObject({
    accessTokenLifespan: expect.any(Number),
  })
})

test("bodies over the limit are 413, wrong types 415, and nothing of a request stands in the answer", async () => {
  const send = async (body: string, contentType = "application/json") =>
    fetch(`${engine.url}/admin/realms`, {
      method: "POST",
      headers: { authorization: `Bearer ${await engine.adminToken()}`, "content-type": contentType },
      body,
    })
  expect((await send(`{"realm":"${"x".repeat(5_000_000)}"}`)).status).toBe(413)
  expect((await send("<realm/>", "application/xml")).status).toBe(415)
  const refused = await send('{"realm":"plan/ted","displayName":"s3cr3t-planted"}')
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.not.stringMatching(/planted|plan\/ted/),
  ])
  expect((await send(`{"realm":${"[".repeat(10_000)}${"]".repeat(10_000)}}`)).status).toBe(400)
  expect((await engine.admin("GET", "/master")).status).toBe(200)
})
