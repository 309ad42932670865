import { createHmac, generateKeyPairSync } from "node:crypto"
import { get as httpGet } from "node:http"
import { CompactSign } from "jose"
import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { basic, claimsOf, post, signIn } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { clientSecretOf } from "./testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
  await engine.createRealm("globex")
})
afterAll(() => engine.close())

const api = () => basic("gatehouse-api", clientSecretOf("acme"))
const userinfo = (token: string, realm = "acme") =>
  fetch(engine.endpoint(realm, "userinfo"), { headers: { authorization: `Bearer ${token}` } })
const introspect = async (token: string, headers: Record<string, string> = api()) =>
  post(engine.endpoint("acme", "token/introspect"), { token }, headers)
const revoke = (token: string, form: Record<string, string> = { client_id: "portal" }) =>
  post(engine.endpoint("acme", "revoke"), { token, ...form })

describe("userinfo", () => {
  test("says who the user is, by mappers that serve it, to openid-client too", async () => {
    const { configuration, tokens } = await signIn(engine, "acme")
    const sub = String(claimsOf(tokens.access_token).sub)
    const info = await client.fetchUserInfo(configuration, tokens.access_token, sub)
    expect(info).toMatchObject({
      sub,
      preferred_username: "ada",
      email: "ada@acme.example",
      groups: ["/org-members", "/projects/one"],
      org_id: "acme",
    })
    expect(info).not.toHaveProperty("realm_access")
  })

  test("takes the token from header or form, not from the query, and not two", async () => {
    const { tokens } = await signIn(engine, "acme")
    const url = engine.endpoint("acme", "userinfo")
    const body = new URLSearchParams({ access_token: tokens.access_token })
    expect((await fetch(url, { method: "POST", body })).status).toBe(200)
    expect((await fetch(`${url}?access_token=${tokens.access_token}`)).status).toBe(401)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(url, { method: "POST", body, headers })).status).toBe(400)
  })

  test("refuses two Authorization headers, equal ones too", async () => {
    const { tokens } = await signIn(engine, "acme")
    const status = (authorization: string[]) =>
      new Promise((resolve, reject) => {
        const url = engine.endpoint("acme", "userinfo")
        httpGet(url, { headers: { authorization } as never }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on("error", reject)
      })
    const bearer = `Bearer ${tokens.access_token}`
    expect(await status([bearer])).toBe(200)
    for (const second of [bearer, "Bearer x"]) expect(await status([bearer, second])).toBe(400)
  })

  test("says errors in WWW-Authenticate alone", async () => {
    const answer = await userinfo("nonsense")
    expect(answer.status).toBe(401)
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="acme", error="invalid_token"/)
    expect(await answer.text()).toBe("")
    const { tokens } = await signIn(engine, "acme", { scope: "openid" })
    expect((await userinfo(tokens.access_token)).status).toBe(200)
  })
})

describe("an access token at the engine's own endpoints", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  /** Differs in bits that decoders ignore at the end of a signature of 256 bytes. */
  const nextCharacter = (character = "A") => alphabet[alphabet.indexOf(character) + 1]

  test("counts only as signed: another algorithm, none, a key of the header, or a changed byte is refused", async () => {
    const { tokens } = await signIn(engine, "acme")
    const good = tokens.access_token
    const claims = claimsOf(good)
    const [header = "", payload = "", signature = ""] = good.split(".")
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString())
    const jwks = await (await fetch(engine.endpoint("acme", "certs"))).text()
    const hmac = (alg: string) => {
      const input = `${encode({ alg, typ: "JWT", kid })}.${payload}`
      return `${input}.${createHmac("sha256", jwks).update(input).digest("base64url")}`
    }
    const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 })
    const signed = (protectedHeader: Record<string, unknown>) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: "RS256", ...protectedHeader })
        .sign(foreign.privateKey)
    const jwk = foreign.publicKey.export({ format: "jwk" })
    const forgeries = [
      ...["none", "None", "nOnE"].map((alg) => `${encode({ alg, typ: "JWT", kid })}.${payload}.`),
      hmac("HS256"),
      await signed({ kid, typ: "JWT" }),
      await signed({ kid: "unknown", jwk }),
      await signed({ kid, jku: "http://127.0.0.1:1/certs" }),
      `${header}.${encode({ ...claims, sub: "someone-else" })}.${signature}`,
      good.slice(0, -1),
      `${good}A`,
      `${good}=`,
      `${good.slice(0, -1)}${nextCharacter(good.at(-1))}`,
    ]
    for (const forgery of forgeries) {
      expect((await userinfo(forgery)).status).toBe(401)
      expect((await introspect(forgery)).body).toEqual({ active: false })
    }
    expect((await userinfo(good)).status).toBe(200)
  })

  test("of another realm, an ID token and a refresh token are refused", async () => {
    const { tokens } = await signIn(engine, "globex")
    for (const wrong of [tokens.access_token, tokens.id_token ?? "", tokens.refresh_token ?? ""])
      expect((await userinfo(wrong)).status).toBe(401)
    expect((await userinfo(tokens.access_token, "globex")).status).toBe(200)
  })
})

describe("introspection", () => {
  test("answers the claims to a client in the audience, and active false to every other", async () => {
    const { tokens } = await signIn(engine, "acme")
    const { status, body } = await introspect(tokens.access_token)
    expect(status).toBe(200)
    expect(body).toMatchObject({ active: true, username: "ada", client_id: "portal", token_type: "Bearer" })
    await engine.admin("POST", "/acme/clients", { clientId: "other", secret: "another-secret-of-the-tests" })
    const other = await introspect(tokens.access_token, basic("other", "another-secret-of-the-tests"))
    expect(other).toMatchObject({ status: 200, body: { active: false } })
  })

  test("is for confidential clients that prove themselves", async () => {
    const { tokens } = await signIn(engine, "acme")
    expect(await introspect(tokens.access_token, basic("gatehouse-api", "wrong"))).toMatchObject({
      status: 401,
      body: { error: "invalid_client", error_description: "Client authentication failed." },
    })
    const open = await post(engine.endpoint("acme", "token/introspect"), {
      token: tokens.access_token,
      client_id: "portal",
    })
    expect(open.status).toBe(403)
  })
})

describe("revocation", () => {
  test("of an access token leaves its refresh token alive", async () => {
    const { tokens } = await signIn(engine, "acme")
    expect(await revoke(tokens.access_token)).toMatchObject({ status: 200, body: {} })
    expect((await userinfo(tokens.access_token)).status).toBe(401)
    const renewed = await post(engine.endpoint("acme", "token"), {
      grant_type: "refresh_token",
      client_id: "portal",
      refresh_token: tokens.refresh_token ?? "",
    })
    expect(renewed.status).toBe(200)
    expect((await userinfo(String(renewed.body.access_token))).status).toBe(200)
  })

  test("of a refresh token ends its session", async () => {
    const { configuration, tokens } = await signIn(engine, "acme")
    await client.tokenRevocation(configuration, tokens.refresh_token ?? "")
    expect((await userinfo(tokens.access_token)).status).toBe(401)
  })

  test("of an unknown token is 200 with an error; of another client's 400, and that lives on", async () => {
    expect(await revoke("nonsense")).toMatchObject({ status: 200, body: { error: "invalid_token" } })
    const { tokens } = await signIn(engine, "acme")
    for (const token of [tokens.access_token, tokens.refresh_token ?? ""])
      expect((await post(engine.endpoint("acme", "revoke"), { token }, api())).status).toBe(400)
    expect((await userinfo(tokens.access_token)).status).toBe(200)
  })
})

test("a service account's token dies with its account and with its client's right to it", async () => {
  const answer = await post(engine.endpoint("acme", "token"), { grant_type: "client_credentials" }, api())
  const token = String(answer.body.access_token)
  expect((await introspect(token)).body.active).toBe(true)
  const { id } = await engine.client("acme", "gatehouse-api")
  await engine.admin("PUT", `/acme/clients/${id}`, {
    clientId: "gatehouse-api",
    serviceAccountsEnabled: false,
  })
  expect((await introspect(token)).body.active).toBe(false)
  await engine.admin("PUT", `/acme/clients/${id}`, {
    clientId: "gatehouse-api",
    serviceAccountsEnabled: true,
  })
})
