import type { RequestListener } from "node:http"
import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { createManualClock, type RunningPart } from "@gatehouse/kernel"
import { createTestDatabase, type TestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createTestRealm, signRaw, type TestRealm } from "@gatehouse/tokens/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

/** Section 1 of the catalogue, at the door of the engine whose callers present tokens of an issuer. */

const audience = "https://openfga.example"
const clock = createManualClock(Date.now())
const logger = createLogger({ name: "test", level: "silent" })
let database: TestDatabase
let realm: TestRealm
let other: TestRealm
let part: RunningPart

function serve(own: TestRealm, discovery: object = {}, key: object = {}): RequestListener {
  const { keyId: kid, publicKey, entry } = own
  return (request, response) => {
    const isDiscovery = request.url?.endsWith("/.well-known/openid-configuration") === true
    const jwk = { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256", ...key }
    const body = isDiscovery
      ? { issuer: entry.issuer, jwks_uri: entry.jwksUri, ...discovery }
      : { keys: [jwk] }
    response.setHeader("content-type", "application/json").end(JSON.stringify(body))
  }
}

const start = (issuer: string) =>
  createAuthorizationEngine({ databaseUrl: database.url, port: 0, logger, clock, oidc: { issuer, audience } })

beforeAll(async () => {
  database = await createTestDatabase()
  realm = await createTestRealm({ organization: "acme", clock })
  other = await createTestRealm({ organization: "globex", clock })
  realm.answerKeysWith(serve(realm))
  other.answerKeysWith(serve(other))
  part = await start(realm.entry.issuer)
})
afterAll(async () => {
  await part.close()
  await Promise.all([realm.close(), other.close(), database.drop()])
})

async function statusOf(authorization: string, url = part.url): Promise<number> {
  return (await fetch(`${url}/stores`, { headers: { authorization } })).status
}
const withToken = async (token: string | Promise<string>, url?: string) =>
  statusOf(`Bearer ${await token}`, url)
const token = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  realm.token({ aud: audience, ...changes }, header)
/** Signed with the issuer's own key, whatever it says. */
const signed = (header: object | string, claims: object | string) => {
  const text = (value: object | string) => (typeof value === "string" ? value : JSON.stringify(value))
  return signRaw(text(header), text(claims), realm.privateKey)
}
const header = () => ({ alg: "RS256", typ: "JWT", kid: realm.keyId })
const claims = () => realm.claims({ aud: audience })

test("the twin of all that follows is let in", async () => {
  expect(await withToken(token())).toBe(200)
  expect(await withToken(signed(header(), claims()))).toBe(200)
  expect(await withToken(token({}, { typ: "at+jwt" }))).toBe(200)
})

describe("a token signed by the issuer is refused", () => {
  test("under any other algorithm, none in every letter case, or a public key as secret", async () => {
    const pem = realm.publicKey.export({ type: "spki", format: "pem" })
    for (const alg of [
      "none",
      "None",
      "NONE",
      "nOnE",
      "",
      "HS256",
      "RS384",
      "PS256",
      "ES256",
      "rs256",
      "RS256 ",
    ]) {
      const head = JSON.stringify({ ...header(), alg })
      for (const key of [undefined, { hmac: pem }, { hmac: "" }, realm.privateKey])
        expect({ alg, status: await withToken(signRaw(head, JSON.stringify(claims()), key)) }).toEqual({
          alg,
          status: 401,
        })
    }
  })

  test("with a header that names a key, compresses, or changes what is signed", async () => {
    const jwk = other.publicKey.export({ format: "jwk" })
    for (const more of [
      { jku: other.entry.jwksUri },
      { x5u: other.entry.jwksUri },
      { jwk },
      { x5c: ["AAAA"] },
      { zip: "DEF" },
      { crit: ["exp"] },
      { b64: false },
      { kid: "../../etc/passwd" },
      { kid: "' or 1=1 --" },
      { kid: "" },
      { kid: ["x"] },
      { kid: other.keyId },
    ])
      expect([more, await withToken(signed({ ...header(), ...more }, claims()))]).toEqual([more, 401])
    const embedded = signRaw(JSON.stringify({ ...header(), jwk }), JSON.stringify(claims()), other.privateKey)
    expect(await withToken(embedded)).toBe(401)
  })

  test("for another audience, of another issuer, or by another issuer's key", async () => {
    for (const aud of [
      undefined,
      "",
      "gatehouse-api",
      `${audience}/`,
      [],
      ["x"],
      [[audience]],
      { 0: audience },
      null,
    ])
      expect([aud, await withToken(signed(header(), realm.claims({ aud })))]).toEqual([aud, 401])
    expect(await withToken(token({ iss: other.entry.issuer }))).toBe(401)
    expect(await withToken(token({ iss: `${realm.entry.issuer}/` }))).toBe(401)
    expect(await withToken(other.token({ aud: audience }))).toBe(401)
    expect(
      await withToken(other.token({ aud: audience, iss: realm.entry.issuer }, { kid: realm.keyId })),
    ).toBe(401)
  })

  test("without exp or iat, expired, from the future, or with a time that is no number", async () => {
    const now = Math.floor(clock.nowMilliseconds() / 1_000)
    for (const changes of [
      { exp: undefined },
      { iat: undefined },
      { exp: now },
      { exp: now - 1 },
      { iat: now + 60 },
      { nbf: now + 60 },
      { exp: String(now + 60) },
      { exp: Number.POSITIVE_INFINITY },
      { exp: [now + 60] },
      { nbf: "x" },
      { iat: -1 },
    ]) {
      const text = JSON.stringify(realm.claims({ aud: audience, ...changes })).replace("null", "1e400")
      expect([changes, await withToken(signed(header(), text))]).toEqual([changes, 401])
    }
  })

  test("of another kind: an ID token, a refresh token, a logout token, or one that is bound to a key", async () => {
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} }
    for (const [changes, head] of [
      [{ typ: "ID" }, {}],
      [{ typ: "Refresh" }, {}],
      [{ typ: "Logout", events }, {}],
      [{ typ: undefined, events }, {}],
      [{ typ: undefined, nonce: "n" }, {}],
      [{ typ: undefined, at_hash: "h" }, {}],
      [{}, { typ: "logout+jwt" }],
      [{}, { typ: "dpop+jwt" }],
      [{}, { typ: "gatehouse-internal+jwt" }],
      [{ cnf: { jkt: "x" } }, {}],
      [{ cnf: {} }, {}],
    ] as const)
      expect([changes, head, await withToken(token(changes, head))]).toEqual([changes, head, 401])
  })

  test("that two readers could read differently, or that was changed in any character", async () => {
    const open = JSON.stringify(claims()).slice(0, -1)
    for (const text of [
      `${open},"aud":"x"}`,
      `${open},"\\u0061ud":"x"}`,
      `\ufeff${open}}`,
      `${open}} `.replace("} ", "}x"),
    ])
      expect(await withToken(signed(header(), text))).toBe(401)
    const good = await token()
    for (let at = 0; at < good.length; at += 37) {
      const changed = `${good.slice(0, at)}${good[at] === "A" ? "B" : "A"}${good.slice(at + 1)}`
      expect([at, await withToken(changed)]).toEqual([at, 401])
    }
    for (const spelling of [
      `${good}=`,
      `${good}.`,
      `.${good}`,
      good.slice(0, -1),
      `${good}, ${good}`,
      "a.b.c",
      "..",
      `${"A".repeat(30_000)}.A.A`,
    ])
      expect(await withToken(spelling)).toBeGreaterThanOrEqual(400)
  })
})

test("a token is taken from the one Authorization header alone", async () => {
  const good = await token()
  for (const [query, headers] of [
    [`?access_token=${good}`, {}],
    ["", { cookie: `token=${good}` }],
    ["", { authorization: good }],
    ["", { authorization: `Basic ${good}` }],
    ["", { "x-authorization": `Bearer ${good}` }],
  ] as const)
    expect((await fetch(`${part.url}/stores${query}`, { headers })).status).toBe(401)
})

describe("an issuer whose keys cannot be trusted opens nothing", () => {
  const keys: readonly [string, object, object][] = [
    ["discovery that names another issuer", { issuer: "https://else.example" }, {}],
    ["discovery without an issuer", { issuer: undefined }, {}],
    ["discovery without a key set", { jwks_uri: undefined }, {}],
    ["a key set that is a list of addresses", { jwks_uri: ["http://127.0.0.1"] }, {}],
    ["a key for encryption", {}, { use: "enc" }],
    ["a key of another algorithm", {}, { alg: "PS256" }],
    ["a symmetric key", {}, { kty: "oct", k: "c2VjcmV0", n: undefined, e: undefined }],
    ["a key with its private part", {}, { d: "AQAB" }],
    ["a short key", {}, { n: "AQAB" }],
  ]
  test.each(keys)("%s", async (_name, discovery, key) => {
    const fresh = await createTestRealm({ organization: "fresh", clock })
    fresh.answerKeysWith(serve(fresh, discovery, key))
    const engine = await start(fresh.entry.issuer)
    try {
      expect([401, 503]).toContain(await withToken(fresh.token({ aud: audience }), engine.url))
      fresh.answerKeysWith(serve(fresh))
      const whole = await start(fresh.entry.issuer)
      expect(await withToken(fresh.token({ aud: audience }), whole.url)).toBe(200)
      await whole.close()
    } finally {
      await engine.close()
      await fresh.close()
    }
  })
})
