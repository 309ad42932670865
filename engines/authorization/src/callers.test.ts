import type { RequestListener } from "node:http"
import { createManualClock, type RunningPart, Secret } from "@gatehouse/kernel"
import { createTestDatabase, type TestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createTestRealm, signRaw, type TestRealm } from "@gatehouse/tokens/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createAuthorizationEngine } from "./create-authorization-engine.ts"

const logger = createLogger({ name: "test", level: "silent" })
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function ask(part: RunningPart, credential: string, path = "/stores") {
  const answer = await fetch(`${part.url}${path}`, { headers: { authorization: credential } })
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
}

test("each of several preshared keys is let in, nothing else, and an engine without one does not start", async () => {
  const keys = ["first-key", "second-key"].map((key) => new Secret(key))
  const common = { databaseUrl: database.url, port: 0, logger }
  const part = await createAuthorizationEngine({ ...common, presharedKey: keys })
  try {
    for (const key of ["first-key", "second-key"])
      expect(await ask(part, `Bearer ${key}`)).toMatchObject({ status: 200 })
    for (const key of ["first-kez", "first-keyfirst-key", "first-key,second-key", "first", " first-key", "é"])
      expect(await ask(part, `Bearer ${Buffer.from(key).toString("latin1")}`)).toEqual({
        status: 401,
        code: "unauthenticated",
      })
  } finally {
    await part.close()
  }
  for (const presharedKey of [[], new Secret("")])
    await expect(createAuthorizationEngine({ ...common, presharedKey })).rejects.toMatchObject({
      code: "tokens.not_configured",
    })
})

describe("an engine whose callers present tokens of an issuer", () => {
  let realm: TestRealm
  let other: TestRealm
  let part: RunningPart
  const clock = createManualClock(Date.now())
  const alias = "https://issuer.example/alias"
  const audience = "https://openfga.example"
  const subject = "service-account"

  /** Discovery besides the key set, which the test realm serves at any path. */
  const serveDiscovery =
    (keysStatus = 200, jwksUri = realm.entry.jwksUri): RequestListener =>
    (request, response) => {
      const { keyId: kid, publicKey, entry } = realm
      const jwk = { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" }
      const isDiscovery = request.url?.endsWith("/.well-known/openid-configuration")
      if (!isDiscovery) response.statusCode = keysStatus
      const body = isDiscovery ? { issuer: entry.issuer, jwks_uri: jwksUri } : { keys: [jwk] }
      response.setHeader("content-type", "application/json").end(JSON.stringify(body))
    }

  beforeAll(async () => {
    realm = await createTestRealm({ organization: "acme", clock })
    other = await createTestRealm({ organization: "globex", clock })
    part = await createAuthorizationEngine({
      databaseUrl: database.url,
      port: 0,
      logger,
      clock,
      oidc: { issuer: realm.entry.issuer, issuerAliases: [alias], audience, subjects: [subject] },
    })
  })
  afterAll(async () => {
    await part.close()
    await realm.close()
    await other.close()
  })

  const token = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    realm.token({ aud: audience, sub: subject, ...changes }, header)
  const invalid = { status: 401, code: "invalid_claims" }

  test("refuses with `unavailable` while the issuer cannot be reached or names another, and asks again", async () => {
    let asked = 0
    realm.answerKeysWith((_request, response) => {
      asked += 1
      response.writeHead(500).end()
    })
    for (let request = 0; request < 5; request += 1)
      expect(await ask(part, `Bearer ${await token()}`)).toEqual({ status: 503, code: "unavailable" })
    // Not once for each caller, who would wait for a time-out each.
    expect(asked).toBe(1)
    clock.advance(1_000)
    realm.answerKeysWith((_request, response) => {
      response.end(JSON.stringify({ issuer: other.entry.issuer, jwks_uri: other.entry.jwksUri }))
    })
    expect(await ask(part, `Bearer ${await token()}`)).toEqual({ status: 503, code: "unavailable" })
    clock.advance(1_000)
    realm.answerKeysWith(serveDiscovery(500))
    expect(await ask(part, `Bearer ${await token()}`)).toEqual({ status: 503, code: "unavailable" })
    realm.answerKeysWith(serveDiscovery())
    clock.advance(1_000)
    expect(await ask(part, `Bearer ${await token()}`)).toMatchObject({ status: 200 })
  })

  test("follows the issuer to another address of its keys", async () => {
    const moved: string[] = []
    realm.answerKeysWith((request, response) => {
      moved.push(String(request.url))
      serveDiscovery(200, `${realm.entry.jwksUri}/moved`)(request, response)
    })
    clock.advance(125_000)
    expect(await ask(part, `Bearer ${await token()}`)).toMatchObject({ status: 200 })
    expect(moved).toEqual([expect.stringMatching(/openid-configuration$/), expect.stringMatching(/\/moved$/)])
    realm.answerKeysWith(serveDiscovery())
  })

  test("lets in the issuer and its aliases, an audience among several, and the named subject", async () => {
    for (const changes of [
      {},
      { iss: alias },
      { aud: ["else", audience] },
      { nbf: 1, typ: undefined },
      { iat: Math.floor(clock.nowMilliseconds() / 1_000) + 5 },
      { nbf: Math.floor(clock.nowMilliseconds() / 1_000) + 5 },
    ])
      expect(await ask(part, `Bearer ${await token(changes)}`)).toMatchObject({ status: 200 })
  })

  test("refuses every other token with the real server's code", async () => {
    const now = Math.floor(clock.nowMilliseconds() / 1_000)
    const refused = [
      token({ aud: "else" }),
      token({ aud: undefined }),
      token({ iss: "https://issuer.example/" }),
      token({ iss: other.entry.issuer }),
      token({ sub: "someone" }),
      token({ sub: undefined }),
      token({ exp: now - 1 }),
      token({ exp: undefined }),
      token({ exp: now }),
      token({ nbf: now + 6 }),
      token({ iat: now + 6 }),
      token({}, { kid: "unknown" }),
      other.token({ iss: realm.entry.issuer, aud: audience, sub: subject }, { kid: realm.keyId }),
      token().then((good) => `${good.slice(0, -4)}AAAA`),
      Promise.resolve("not-a-token"),
    ]
    for (const bad of refused) expect(await ask(part, `Bearer ${await bad}`)).toEqual(invalid)
  })

  test("refuses an unsigned token and one signed with the public key as a secret", async () => {
    const claims = JSON.stringify(realm.claims({ aud: audience, sub: subject }))
    const header = (alg: string) => JSON.stringify({ alg, kid: realm.keyId, typ: "JWT" })
    const pem = realm.publicKey.export({ type: "spki", format: "pem" })
    for (const forged of [
      signRaw(header("none"), claims, undefined),
      signRaw(header("HS256"), claims, { hmac: pem }),
      signRaw(header("RS256"), claims, { hmac: pem }),
    ])
      expect(await ask(part, `Bearer ${forged}`)).toEqual(invalid)
  })

  test("a token that was good is refused once it has ended", async () => {
    const good = `Bearer ${await token()}`
    expect(await ask(part, good)).toMatchObject({ status: 200 })
    clock.advance(301_000)
    expect(await ask(part, good)).toEqual(invalid)
  })

  test("without a token the refusal is the same as with keys, and health asks for none", async () => {
    expect(await ask(part, "Basic abc")).toEqual({ status: 401, code: "bearer_token_missing" })
    expect(await ask(part, "Basic abc", "/healthz")).toMatchObject({ status: 200 })
  })
})
