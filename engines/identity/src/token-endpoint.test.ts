import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { basic, claimsOf, discover, post } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { clientSecretOf } from "./testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme", {})
})
afterAll(() => engine.close())

const token = (form: Record<string, string> | string, headers?: Record<string, string>, realm = "acme") =>
  post(engine.endpoint(realm, "token"), new URLSearchParams(form), headers)
const api = () => basic("gatehouse-api", clientSecretOf("acme"))

describe("client credentials", () => {
  test("give a token of the service account: client_id, no sid, no refresh token", async () => {
    const configuration = await discover(engine, "acme", "gatehouse-api")
    const tokens = await client.clientCredentialsGrant(configuration)
    expect(tokens.refresh_token).toBeUndefined()
    const claims = claimsOf(tokens.access_token)
    expect(claims).toMatchObject({
      typ: "Bearer",
      azp: "gatehouse-api",
      client_id: "gatehouse-api",
      preferred_username: "service-account-gatehouse-api",
      aud: "gatehouse-api",
      org_id: "acme",
      scope: "email profile",
      jti: expect.stringMatching(/^trrtcc:/),
    })
    expect(claims).not.toHaveProperty("sid")
  })

  test("are taken by header and by form, never by both", async () => {
    const form = { grant_type: "client_credentials" }
    const posted = { ...form, client_id: "gatehouse-api", client_secret: clientSecretOf("acme") }
    expect((await token(form, api())).status).toBe(200)
    expect((await token(posted)).status).toBe(200)
    expect(await token(posted, api())).toMatchObject({ status: 400, body: { error: "invalid_request" } })
  })

  test("are refused to a public client and to one without a service account, in Keycloak's words", async () => {
    expect(await token({ grant_type: "client_credentials", client_id: "portal" })).toMatchObject({
      status: 401,
      body: {
        error: "unauthorized_client",
        error_description: "Public client not allowed to retrieve service account",
      },
    })
    const created = await engine.admin("POST", "/acme/clients", {
      clientId: "no-account",
      publicClient: false,
      serviceAccountsEnabled: false,
      secret: "some-secret-that-is-long-enough",
    })
    expect(created.status).toBe(201)
    expect(
      await token(
        { grant_type: "client_credentials" },
        basic("no-account", "some-secret-that-is-long-enough"),
      ),
    ).toMatchObject({
      status: 401,
      body: {
        error: "unauthorized_client",
        error_description: "Client not enabled to retrieve service account",
      },
    })
  })

  test("may ask for the client's scopes and for no others", async () => {
    const wide = await token({ grant_type: "client_credentials", scope: "phone" }, api())
    expect(wide.body.scope).toBe("email profile phone")
    expect(await token({ grant_type: "client_credentials", scope: "nonsense" }, api())).toMatchObject({
      status: 400,
      body: { error: "invalid_scope" },
    })
  })
})

describe("the token endpoint refuses, in Keycloak's words,", () => {
  const sameWords = { error_description: "Invalid client or Invalid client credentials" }

  test("a wrong or missing secret, and an unknown client", async () => {
    const form = { grant_type: "client_credentials" }
    const secret = clientSecretOf("acme")
    for (const wrong of ["", "wrong", secret.slice(0, -1), `${secret}x`, secret.toUpperCase()])
      expect(await token(form, basic("gatehouse-api", wrong)), wrong).toMatchObject({
        status: 401,
        body: { error: "unauthorized_client", ...sameWords },
      })
    expect(await token({ ...form, client_id: "gatehouse-api" })).toMatchObject({
      status: 401,
      body: { error: "unauthorized_client", ...sameWords },
    })
    expect(await token({ ...form, client_id: "nobody", client_secret: secret })).toMatchObject({
      status: 401,
      body: { error: "invalid_client", ...sameWords },
    })
    expect(await token(form)).toMatchObject({ status: 401, body: { error: "invalid_client", ...sameWords } })
  })

  test("the password grant, implicit, and grants that nobody knows", async () => {
    expect(
      await token({ grant_type: "password", client_id: "portal", username: "ada", password: "x" }),
    ).toMatchObject({
      status: 400,
      body: {
        error: "unauthorized_client",
        error_description: "Client not allowed for direct access grants",
      },
    })
    for (const grantType of ["implicit", "urn:ietf:params:oauth:grant-type:device_code", "nonsense"])
      expect(await token({ grant_type: grantType, client_id: "portal" })).toMatchObject({
        status: 400,
        body: { error: "unsupported_grant_type", error_description: "Unsupported grant_type" },
      })
    expect(await token({ client_id: "portal" })).toMatchObject({
      status: 400,
      body: { error: "invalid_request", error_description: "Missing form parameter: grant_type" },
    })
  })

  test("a repeated parameter, audience and resource aside", async () => {
    const good = "grant_type=client_credentials"
    expect((await token(`${good}&audience=a&audience=b&resource=c&resource=d`, api())).status).toBe(200)
    for (const name of ["grant_type", "scope", "client_id", "whatever"])
      expect(await token(`${good}&${name}=x&${name}=x`, api()), name).toMatchObject({
        status: 400,
        body: { error: "invalid_request", error_description: "duplicated parameter" },
      })
  })

  test("an unknown realm and a disabled one", async () => {
    await engine.createRealm("asleep", { enabled: false })
    const form = { grant_type: "client_credentials" }
    expect(await token(form, api(), "nowhere")).toMatchObject({
      status: 404,
      body: { error: "Realm does not exist" },
    })
    expect(await token(form, basic("gatehouse-api", clientSecretOf("asleep")), "asleep")).toMatchObject({
      status: 403,
      body: { error: "access_denied" },
    })
    expect((await fetch(`${engine.issuer("asleep")}/.well-known/openid-configuration`)).status).toBe(200)
  })

  test("bodies that are too large, of another type, or not UTF-8, and stays up", async () => {
    const url = engine.endpoint("acme", "token")
    const large = await fetch(url, { method: "POST", body: new URLSearchParams({ x: "y".repeat(70_000) }) })
    expect(large.status).toBe(413)
    const json = await fetch(url, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    })
    expect(json.status).toBe(415)
    const broken = await fetch(url, {
      method: "POST",
      body: Buffer.from([0x61, 0x3d, 0xff, 0xfe]),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    })
    expect(broken.status).toBe(400)
    expect((await token({ grant_type: "client_credentials" }, api())).status).toBe(200)
  })

  test("everything stored: answers forbid it", async () => {
    for (const answer of [
      await token({ grant_type: "client_credentials" }, api()),
      await token({ grant_type: "client_credentials" }),
    ])
      expect(answer.headers.get("cache-control")).toBe("no-store")
  })
})

test("the realm master has the bootstrap service account from the first start, and its token opens the Admin API", async () => {
  expect(claimsOf(await engine.adminToken())).toMatchObject({
    iss: engine.issuer("master"),
    azp: "bootstrap",
    client_id: "bootstrap",
  })
  expect((await engine.admin("GET", "/acme")).status).toBe(200)
  const foreign = await token({ grant_type: "client_credentials" }, api())
  for (const authorization of [undefined, "Bearer nonsense", `Bearer ${foreign.body.access_token}`]) {
    const headers = authorization === undefined ? {} : { authorization }
    expect([401, 403]).toContain((await fetch(`${engine.url}/admin/realms/acme`, { headers })).status)
  }
})
