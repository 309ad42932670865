import { createPrivateKey, generateKeyPairSync } from "node:crypto"
import {
  type OrganizationId,
  type Principal,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"
import { createManualClock, revealSecret, Secret } from "@gatehouse/kernel"
import { decodeJwt, type JWK } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createAccessTokenVerifier } from "../access-token/create-access-token-verifier.ts"
import {
  codeOf,
  createTestRealm,
  registryOf,
  signRaw,
  type TestRealm,
  testAudience,
} from "../testing/index.ts"
import { createInternalTokenIssuer } from "./create-internal-token-issuer.ts"
import { createInternalTokenVerifier } from "./create-internal-token-verifier.ts"
import { generateInternalSigningKey } from "./internal-signing-key.ts"

const acme = "acme" as OrganizationId
const globex = "globex" as OrganizationId
const issuer = "urn:gatehouse:gateway"
const clock = createManualClock(1_800_000_000_000)
const key = generateInternalSigningKey()
const tokens = createInternalTokenIssuer({ key, issuer, clock })
const verifier = createInternalTokenVerifier({ audience: "sbom", issuer, jwks: tokens.publicJwks, clock })
const ada: Principal = {
  id: principalId("user", acme, "u-1"),
  type: "user",
  subject: "u-1",
  home: acme,
  organization: acme,
  groups: ["/org-members", "/a/b"],
  realmRoles: ["developer"],
  scopes: ["openid"],
  sessionId: "s-1",
  username: "ada",
  email: "ada@example.com",
  name: "Ada Example",
}
const request = { method: "GET", pathAndQuery: "/v1/sboms?limit=2" }
const mint = (changes: Partial<Parameters<typeof tokens.mint>[0]> = {}) =>
  tokens.mint({
    audience: "sbom",
    principal: ada,
    method: "GET",
    path: "/v1/sboms",
    query: "limit=2",
    ...changes,
  })
/** A token of the right key with these claims changed. */
async function withClaims(changes: Record<string, unknown>, header: Record<string, unknown> = {}) {
  const claims = Object.entries({ ...decodeJwt(await mint()), ...changes })
  const privateKey = createPrivateKey({ key: revealSecret(key) as never, format: "jwk" })
  const kid = tokens.publicJwks.keys[0]?.kid
  return signRaw(
    JSON.stringify({ alg: "ES256", typ: "gatehouse-internal+jwt", kid, ...header }),
    JSON.stringify(Object.fromEntries(claims.filter(([, value]) => value !== undefined))),
    privateKey,
  )
}

describe("an internal token", () => {
  test("carries the whole principal to the service it is for", async () => {
    expect(await verifier.verify(await mint(), request)).toEqual(ada)
  })

  test("carries a principal of the platform realm with both its home and where it acts", async () => {
    const operator = {
      ...ada,
      id: principalId("user", platformOrganizationId, "u-1"),
      home: platformOrganizationId,
      sessionId: undefined,
      email: undefined,
    }
    expect(await verifier.verify(await mint({ principal: operator }), request)).toEqual(operator)
  })

  test("lives a minute, and no two have the same id", async () => {
    const claims = decodeJwt(await mint())
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60)
    expect(claims.jti).not.toBe(decodeJwt(await mint()).jti)
    const moving = createManualClock(clock.nowMilliseconds())
    const later = createInternalTokenVerifier({
      audience: "sbom",
      issuer,
      jwks: tokens.publicJwks,
      clock: moving,
    })
    const token = await mint()
    moving.advance(59_000)
    expect(await codeOf(later.verify(token, request))).toBe("accepted")
    moving.advance(1_000)
    expect(await codeOf(later.verify(token, request))).toBe("tokens.expired")
  })

  test("is refused by another service, for another method, path or query", async () => {
    const token = await mint()
    expect(await codeOf(verifier.verify(await mint({ audience: "governance" }), request))).toBe(
      "tokens.wrong_audience",
    )
    expect(await codeOf(verifier.verify(token, { ...request, method: "DELETE" }))).toBe(
      "tokens.invalid_claims",
    )
    for (const pathAndQuery of [
      "/v1/sboms",
      "/v1/sboms?limit=3",
      "/v1/sboms?limit=2&",
      "/v1/sboms/x?limit=2",
    ])
      expect(await codeOf(verifier.verify(token, { ...request, pathAndQuery }))).toBe("tokens.invalid_claims")
    const bare = await mint({ query: undefined })
    expect(await codeOf(verifier.verify(bare, { ...request, pathAndQuery: "/v1/sboms" }))).toBe("accepted")
    expect(await codeOf(verifier.verify(bare, { ...request, pathAndQuery: "/v1/sboms?" }))).toBe(
      "tokens.invalid_claims",
    )
  })

  test("is refused with another issuer, algorithm, type or key", async () => {
    const other = createInternalTokenIssuer({ key: generateInternalSigningKey(), issuer, clock })
    const foreign = await other.mint({
      audience: "sbom",
      principal: ada,
      method: "GET",
      path: "/v1/sboms",
      query: "limit=2",
    })
    expect(await codeOf(verifier.verify(foreign, request))).toBe("tokens.unknown_key")
    expect(await codeOf(verifier.verify(await withClaims({}), request))).toBe("accepted")
    expect(await codeOf(verifier.verify(await withClaims({ iss: "urn:other" }), request))).toBe(
      "tokens.unknown_issuer",
    )
    for (const typ of ["JWT", "at+jwt", undefined])
      expect(await codeOf(verifier.verify(await withClaims({}, { typ }), request))).toBe("tokens.wrong_kind")
    for (const alg of ["none", "HS256", "RS256", "ES384"])
      expect(await codeOf(verifier.verify(await withClaims({}, { alg }), request))).toBe(
        "tokens.signature_invalid",
      )
  })

  test("is refused where its claims contradict each other or are missing", async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ sub: "user:globex/u-1" }, "tokens.invalid_claims"],
      [{ subject: "u-2" }, "tokens.invalid_claims"],
      [{ org_id: "globex" }, "tokens.invalid_claims"],
      [{ home: "globex" }, "tokens.invalid_claims"],
      [{ org_id: undefined }, "tokens.invalid_claims"],
      [{ org_id: "Not A Slug" }, "tokens.invalid_claims"],
      [{ principal_type: "group" }, "tokens.invalid_claims"],
      [{ groups: ["org-admins"] }, "tokens.invalid_claims"],
      [{ jti: undefined }, "tokens.invalid_claims"],
      [{ htm: undefined }, "tokens.invalid_claims"],
      [{ htd: undefined }, "tokens.invalid_claims"],
      [{ exp: undefined }, "tokens.invalid_claims"],
      [{ exp: clock.nowMilliseconds() / 1000 + 61 }, "tokens.expired"],
      [{ iat: clock.nowMilliseconds() / 1000 + 6 }, "tokens.not_yet_valid"],
      [{ aud: ["sbom", "governance"] }, "tokens.wrong_audience"],
      [{ cnf: { jkt: "x" } }, "tokens.proof_required"],
    ]
    for (const [changes, code] of cases)
      expect([changes, await codeOf(verifier.verify(await withClaims(changes), request))]).toEqual([
        changes,
        code,
      ])
  })

  test("for a tenant's principal can never say that it acts in another organization", async () => {
    const straying = await mint({ principal: { ...ada, organization: globex } })
    expect(await codeOf(verifier.verify(straying, request))).toBe("tokens.invalid_claims")
  })
})

describe("public and internal tokens", () => {
  let realm: TestRealm
  beforeAll(async () => {
    realm = await createTestRealm({ organization: "acme", algorithm: "ES256", clock })
  })
  afterAll(() => realm.close())

  test("are never taken for each other", async () => {
    const edge = createAccessTokenVerifier({ audience: testAudience, issuers: registryOf(realm), clock })
    expect(await codeOf(edge.verify(await mint()))).toBe("tokens.wrong_kind")
    expect(
      await codeOf(edge.verify(await withClaims({ typ: "Bearer", aud: testAudience }, { typ: "JWT" }))),
    ).toBe("tokens.unknown_issuer")
    expect(await codeOf(verifier.verify(await realm.token({ aud: "sbom" }), request))).toBe(
      "tokens.wrong_kind",
    )
    expect(await codeOf(edge.verify(await realm.token()))).toBe("accepted")
  })

  test("an internal verifier that follows a published key set verifies with it", async () => {
    const published = await createTestRealm({ organization: "acme", algorithm: "ES256", clock })
    published.answerKeysWith((_, response) => response.end(JSON.stringify(tokens.publicJwks)))
    const remote = createInternalTokenVerifier({
      audience: "sbom",
      issuer,
      jwks: published.entry.jwksUri,
      clock,
    })
    expect(await codeOf(remote.verify(await mint(), request))).toBe("accepted")
    await published.close()
  })
})

describe("configuration", () => {
  const refused = expect.objectContaining({ code: "tokens.not_configured" })

  test("a verifier without audience, issuer or usable keys refuses to be built", () => {
    const whole = { audience: "sbom", issuer, jwks: tokens.publicJwks }
    for (const changes of [{ audience: "" }, { issuer: " " }, { jwks: { keys: [] } }])
      expect(() => createInternalTokenVerifier({ ...whole, ...changes })).toThrow(refused)
    const priv = { keys: [{ ...revealSecret(key), kid: "a" }] }
    expect(() => createInternalTokenVerifier({ ...whole, jwks: priv })).toThrow(refused)
  })

  test("the published set holds no private member", () => {
    expect(Object.keys(tokens.publicJwks.keys[0] ?? {}).sort()).toEqual([
      "alg",
      "crv",
      "kid",
      "kty",
      "use",
      "x",
      "y",
    ])
  })

  test("an issuer takes only a private P-256 key", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "jwk" })
    for (const jwk of [rsa, p384, tokens.publicJwks.keys[0], { kty: "oct", k: "AA" }])
      expect(() => createInternalTokenIssuer({ key: new Secret(jwk as JWK), issuer })).toThrow(refused)
  })
})
