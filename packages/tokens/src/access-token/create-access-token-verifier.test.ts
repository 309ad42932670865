import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { OrganizationId } from "@gatehouse/contracts"
import { createManualClock, nowSeconds } from "@gatehouse/kernel"
import { CompactEncrypt } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  codeOf,
  createTestRealm,
  registryOf,
  signRaw,
  type TestRealm,
  testAudience,
} from "../testing/index.ts"
import { createAccessTokenVerifier } from "./create-access-token-verifier.ts"
import type { IssuerEntry } from "./issuer-registry.ts"

const acmeId = "acme" as OrganizationId
const clock = createManualClock(1_800_000_000_000)
let acme: TestRealm
let globex: TestRealm
let elliptic: TestRealm

beforeAll(async () => {
  acme = await createTestRealm({ organization: "acme", clock })
  globex = await createTestRealm({ organization: "globex", clock })
  elliptic = await createTestRealm({ organization: "initech", algorithm: "ES256", clock })
})
afterAll(async () => {
  await Promise.all([acme.close(), globex.close(), elliptic.close()])
})

function verifier(options: Partial<Parameters<typeof createAccessTokenVerifier>[0]> = {}) {
  return createAccessTokenVerifier({
    audience: testAudience,
    issuers: registryOf(acme, globex, elliptic),
    clock,
    ...options,
  })
}

const headerOf = (realm: TestRealm, changes: Record<string, unknown> = {}) =>
  JSON.stringify({ alg: realm.entry.algorithm, typ: "JWT", kid: realm.keyId, ...changes })

describe("a token that its realm issued", () => {
  test("is accepted, and gives the issuer's organization and the claims", async () => {
    const verified = await verifier().verify(await acme.token({ sub: "u-1", scope: "openid  email" }))
    expect(verified).toMatchObject({
      issuer: acme.entry.issuer,
      organization: "acme",
      type: "user",
      subject: "u-1",
      clientId: undefined,
      groups: ["/org-members"],
      realmRoles: ["developer"],
      scopes: ["openid", "email"],
      username: "ada",
    })
    expect(Object.isFrozen(verified)).toBe(true)
  })

  test("is accepted with the algorithm that its issuer is pinned to, RS256 or ES256", async () => {
    const initech = await verifier().verify(await elliptic.token())
    expect(initech.organization).toBe("initech")
  })

  test("is accepted with several audiences of which one is ours, and with RFC 9068's header type", async () => {
    expect(await codeOf(verifier().verify(await acme.token({ aud: ["account", testAudience] })))).toBe(
      "accepted",
    )
    expect(await codeOf(verifier().verify(await acme.token({}, { typ: "application/at+JWT" })))).toBe(
      "accepted",
    )
  })

  test("is a service's only with client_id and without a session, whatever its user name", async () => {
    const service = { client_id: "importer", sid: undefined, preferred_username: "service-account-importer" }
    expect(await verifier().verify(await acme.token(service))).toMatchObject({
      type: "service",
      clientId: "importer",
    })
    const named = await acme.token({ preferred_username: "service-account-importer" })
    expect(await verifier().verify(named)).toMatchObject({ type: "user", clientId: undefined })
    const withSession = await acme.token({ client_id: "importer" })
    expect(await verifier().verify(withSession)).toMatchObject({ type: "user", clientId: undefined })
  })
})

describe("algorithm and key", () => {
  test("alg none is refused in any letter case, with and without a signature", async () => {
    const payload = JSON.stringify(acme.claims())
    for (const alg of ["none", "None", "NONE", "nOnE"]) {
      expect(await codeOf(verifier().verify(signRaw(headerOf(acme, { alg }), payload, undefined)))).toBe(
        "tokens.malformed",
      )
      expect(
        await codeOf(verifier().verify(signRaw(headerOf(acme, { alg }), payload, acme.privateKey))),
      ).toBe("tokens.signature_invalid")
    }
  })

  test("a public key used as HMAC secret does not sign, in any of its spellings", async () => {
    const payload = JSON.stringify(acme.claims())
    const spellings = [
      acme.publicKey.export({ type: "spki", format: "pem" }),
      acme.publicKey.export({ type: "spki", format: "der" }),
      acme.publicKey.export({ type: "pkcs1", format: "pem" }),
      JSON.stringify(acme.publicKey.export({ format: "jwk" })),
    ]
    for (const hmac of spellings) {
      for (const alg of ["HS256", "RS256"]) {
        const forged = signRaw(headerOf(acme, { alg }), payload, { hmac })
        expect(await codeOf(verifier().verify(forged))).toBe("tokens.signature_invalid")
      }
    }
  })

  test("a good signature with an algorithm other than the issuer's pinned one is refused", async () => {
    const payload = JSON.stringify(acme.claims())
    for (const alg of ["RS384", "RS512", "PS256", "ES256", "rs256", "EdDSA", ""]) {
      const token = signRaw(headerOf(acme, { alg }), payload, acme.privateKey)
      expect(await codeOf(verifier().verify(token))).toBe("tokens.signature_invalid")
    }
  })

  test("a token signed by one realm's key that names another realm's issuer is refused, with either key id", async () => {
    const payload = JSON.stringify(acme.claims())
    const ownKid = signRaw(headerOf(globex), payload, globex.privateKey)
    expect(await codeOf(verifier().verify(ownKid))).toBe("tokens.unknown_key")
    const acmesKid = signRaw(headerOf(acme), payload, globex.privateKey)
    expect(await codeOf(verifier().verify(acmesKid))).toBe("tokens.signature_invalid")
  })

  test("an issuer is looked up exactly: another case, a slash, a suffix or another realm is unknown", async () => {
    const { issuer } = acme.entry
    for (const iss of [`${issuer}/`, issuer.toUpperCase(), `${issuer}#`, `${issuer}x`, ` ${issuer}`, "acme"])
      expect(await codeOf(verifier().verify(await acme.token({ iss })))).toBe("tokens.unknown_issuer")
    for (const iss of [undefined, "", 7, [issuer], null])
      expect(await codeOf(verifier().verify(await acme.token({ iss })))).toBe("tokens.invalid_claims")
  })

  test("an entry that a registry returns for another issuer than was asked does not count", async () => {
    const careless = { byIssuer: async () => acme.entry }
    expect(await codeOf(verifier({ issuers: careless }).verify(await globex.token()))).toBe(
      "tokens.unknown_issuer",
    )
  })

  test("headers that name, carry or fetch a key are refused even on a good signature, and nothing is dialled", async () => {
    let dialled = 0
    const server = createServer((_, response) => {
      dialled += 1
      response.end(JSON.stringify({ keys: [globex.publicKey.export({ format: "jwk" })] }))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    const own = { ...globex.publicKey.export({ format: "jwk" }), kid: acme.keyId }
    for (const member of [{ jku: url }, { x5u: url }, { x5c: ["MIIB"] }, { jwk: own }]) {
      const header = headerOf(acme, member)
      for (const key of [globex.privateKey, acme.privateKey])
        expect(await codeOf(verifier().verify(signRaw(header, JSON.stringify(acme.claims()), key)))).toBe(
          "tokens.malformed",
        )
    }
    expect(dialled).toBe(0)
    await new Promise((resolve) => server.close(resolve))
  })

  test("a key id only selects: paths, URLs, SQL and prototype names find no key", async () => {
    const checked = verifier()
    const ids = [
      "../../etc/passwd",
      "' or 1=1 --",
      "https://evil.example/k",
      "__proto__",
      "constructor",
      "%00",
    ]
    for (const kid of ids)
      expect(await codeOf(checked.verify(await acme.token({}, { kid })))).toBe("tokens.unknown_key")
    for (const kid of [undefined, "", 1, "k".repeat(300)]) {
      const header = JSON.stringify({ alg: "RS256", typ: "JWT", kid })
      const token = signRaw(header, JSON.stringify(acme.claims()), acme.privateKey)
      expect(await codeOf(checked.verify(token))).toBe("tokens.malformed")
    }
  })

  test("keys are refused as they are published: symmetric, short, private and foreign-curve ones verify nothing", async () => {
    const symmetric = await createTestRealm({ organization: "hooli", clock })
    const secret = Buffer.alloc(32, 7)
    symmetric.answerKeysWith((_, response) => {
      response.end(
        JSON.stringify({ keys: [{ kty: "oct", kid: symmetric.keyId, k: secret.toString("base64url") }] }),
      )
    })
    const checked = verifier({ issuers: registryOf(symmetric) })
    for (const alg of ["HS256", "RS256"]) {
      const token = signRaw(headerOf(symmetric, { alg }), JSON.stringify(symmetric.claims()), {
        hmac: secret,
      })
      expect(await codeOf(checked.verify(token))).not.toBe("accepted")
    }
    await symmetric.close()
  })
})

describe("form", () => {
  test("an encrypted token is refused, also one encrypted to the issuer's own key", async () => {
    const jwe = await new CompactEncrypt(Buffer.from(await acme.token()))
      .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", cty: "JWT" })
      .encrypt(acme.publicKey)
    expect(await codeOf(verifier().verify(jwe))).toBe("tokens.malformed")
  })

  test("zip, crit, b64 and enc headers are refused although the signature is good", async () => {
    const members = [
      { zip: "DEF" },
      { crit: ["exp"], exp: 1 },
      { crit: ["b64"], b64: false },
      { b64: true },
      { enc: "A" },
    ]
    for (const member of members) {
      const token = signRaw(headerOf(acme, member), JSON.stringify(acme.claims()), acme.privateKey)
      expect(await codeOf(verifier().verify(token))).toBe("tokens.malformed")
    }
  })

  test("a repeated member name, at any depth and in any escape, is refused before claims are read", async () => {
    const payload = JSON.stringify(acme.claims()).slice(0, -1)
    const repeated = [
      `${payload},"org_id":"globex"}`,
      `${payload},"\\u006frg_id":"acme"}`,
      `${payload},"x":{"a":1,"a":1}}`,
      `${payload},"x":[{"a":1},{"b":1,"\\u0062":2}]}`,
    ]
    for (const text of repeated)
      expect(await codeOf(verifier().verify(signRaw(headerOf(acme), text, acme.privateKey)))).toBe(
        "tokens.malformed",
      )
    const header = `${headerOf(acme).slice(0, -1)},"alg":"RS256"}`
    const token = signRaw(header, JSON.stringify(acme.claims()), acme.privateKey)
    expect(await codeOf(verifier().verify(token))).toBe("tokens.malformed")
    const twin = signRaw(headerOf(acme), `${payload},"x":[{"a":1},{"a":1}]}`, acme.privateKey)
    expect(await codeOf(verifier().verify(twin))).toBe("accepted")
  })

  test("invalid UTF-8, a byte order mark and lone surrogates are refused", async () => {
    const text = JSON.stringify(acme.claims({ name: "AdaX" }))
    const bytes = Buffer.from(text)
    const invalid = Buffer.from(bytes)
    invalid[invalid.indexOf("AdaX") + 3] = 0xff
    const cases = [
      invalid,
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
      text.replace("AdaX", "Ada\\ud800"),
      text.replace("AdaX", "Ada\\uDC00\\ud800"),
    ]
    for (const payload of cases)
      expect(await codeOf(verifier().verify(signRaw(headerOf(acme), payload, acme.privateKey)))).toBe(
        "tokens.malformed",
      )
    const twin = text.replace("AdaX", "Ada\\ud83d\\ude00")
    expect(await codeOf(verifier().verify(signRaw(headerOf(acme), twin, acme.privateKey)))).toBe("accepted")
  })

  test("garbage, other numbers of parts, padding, white space and oversize are refused", async () => {
    const token = await acme.token()
    const [header, payload, signature] = token.split(".")
    const large = await acme.token({ padding: "x".repeat(30_000) })
    const cases = [
      "",
      ".",
      "..",
      "garbage",
      `${header}.${payload}`,
      `${token}.`,
      `.${token}`,
      `${token}=`,
      ` ${token}`,
    ]
    for (const text of [
      ...cases,
      `${token}\n`,
      `${header}..${signature}`,
      large,
      `e30.${payload}.${signature}`,
    ])
      expect(await codeOf(verifier().verify(text))).toBe("tokens.malformed")
    for (const text of ["null", "[]", '"x"', "7", "{", ""])
      expect(await codeOf(verifier().verify(signRaw(headerOf(acme), text, acme.privateKey)))).toBe(
        "tokens.malformed",
      )
  })
})

describe("kind and audience", () => {
  test("an ID, refresh, offline, logout or untyped token of the same realm and key is refused", async () => {
    for (const typ of [
      "ID",
      "Refresh",
      "Offline",
      "Logout",
      "bearer",
      "BEARER",
      "DPoP",
      undefined,
      ["Bearer"],
      "",
    ])
      expect(await codeOf(verifier().verify(await acme.token({ typ })))).toBe("tokens.wrong_kind")
  })

  test("a header type of another kind of token is refused", async () => {
    for (const typ of ["logout+jwt", "gatehouse-internal+jwt", "dpop+jwt", "JWE", undefined])
      expect(await codeOf(verifier().verify(await acme.token({}, { typ })))).toBe("tokens.wrong_kind")
  })

  test("a token without our audience, or with one that only looks like it, is refused", async () => {
    for (const aud of ["account", "gatehouse-api2", "Gatehouse-API", ["account"], [], undefined])
      expect(await codeOf(verifier().verify(await acme.token({ aud })))).toBe("tokens.wrong_audience")
    for (const aud of [7, { 0: testAudience }, [[testAudience]], null])
      expect(await codeOf(verifier().verify(await acme.token({ aud })))).toBe("tokens.invalid_claims")
  })

  test("a verifier without an audience refuses to be built, and so does one with no end to lifetimes", () => {
    for (const audience of ["", "  ", undefined as unknown as string])
      expect(() => verifier({ audience })).toThrow(expect.objectContaining({ code: "tokens.not_configured" }))
    for (const maximumLifetimeSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 3_601])
      expect(() => verifier({ maximumLifetimeSeconds })).toThrow(
        expect.objectContaining({ code: "tokens.not_configured" }),
      )
  })

  test("an issuer pinned to a symmetric algorithm, or to none, verifies nothing", async () => {
    for (const algorithm of ["HS256", "none", undefined]) {
      const entry = { ...acme.entry, algorithm } as IssuerEntry
      const token = await acme.token()
      const issuers = { byIssuer: async () => entry }
      expect(await codeOf(verifier({ issuers }).verify(token))).toBe("tokens.not_configured")
    }
  })
})

describe("times", () => {
  const times = (changes: Record<string, unknown>) => acme.token(changes)
  const now = () => nowSeconds(clock)

  test("a token without exp or iat, or with one that is no whole number, is refused", async () => {
    for (const claim of ["exp", "iat"]) {
      for (const value of [undefined, null, "9999999999", -1, 1.5, [now()]])
        expect(await codeOf(verifier().verify(await times({ [claim]: value })))).toBe("tokens.invalid_claims")
    }
    expect(await codeOf(verifier().verify(await times({ nbf: "soon" })))).toBe("tokens.invalid_claims")
    const endless = JSON.stringify(acme.claims({ exp: 7 })).replace('"exp":7', '"exp":1e400')
    expect(await codeOf(verifier().verify(signRaw(headerOf(acme), endless, acme.privateKey)))).toBe(
      "tokens.invalid_claims",
    )
  })

  test("an expired token is refused from its very second on, without leeway", async () => {
    expect(await codeOf(verifier().verify(await times({ exp: now() })))).toBe("tokens.expired")
    expect(await codeOf(verifier().verify(await times({ exp: now() - 1 })))).toBe("tokens.expired")
    expect(await codeOf(verifier().verify(await times({ exp: now() + 1 })))).toBe("accepted")
  })

  test("iat and nbf in the future are refused beyond the leeway of five seconds", async () => {
    for (const claim of ["iat", "nbf"]) {
      expect(await codeOf(verifier().verify(await times({ [claim]: now() + 6 })))).toBe(
        "tokens.not_yet_valid",
      )
      expect(await codeOf(verifier().verify(await times({ [claim]: now() + 5 })))).toBe("accepted")
    }
  })

  test("a token that lives longer than an hour is refused", async () => {
    const iat = now() - 10
    expect(await codeOf(verifier().verify(await times({ iat, exp: iat + 3_601 })))).toBe("tokens.expired")
    expect(await codeOf(verifier().verify(await times({ iat, exp: iat + 3_600 })))).toBe("accepted")
    const short = verifier({ maximumLifetimeSeconds: 60 })
    expect(await codeOf(short.verify(await times({ iat: now(), exp: now() + 61 })))).toBe("tokens.expired")
  })
})

describe("claims", () => {
  test("a token bound to a key is refused, whatever its cnf holds", async () => {
    for (const cnf of [{ jkt: "x" }, { "x5t#S256": "x" }, {}, null])
      expect(await codeOf(verifier().verify(await acme.token({ cnf })))).toBe("tokens.proof_required")
  })

  test("a token whose organization claim is not its issuer's is refused", async () => {
    for (const claim of ["org_id", "tenant_id"]) {
      for (const value of ["globex", "platform", "", 7])
        expect(await codeOf(verifier().verify(await acme.token({ [claim]: value })))).toBe(
          "tokens.invalid_claims",
        )
      expect(await codeOf(verifier().verify(await acme.token({ [claim]: undefined })))).toBe("accepted")
    }
  })

  test("a group that is no full path refuses the token", async () => {
    for (const groups of [["org-admins"], ["/a", ""], ["/"], ["/a//b"], ["/a/"], "/org-admins", [7]])
      expect(await codeOf(verifier().verify(await acme.token({ groups })))).toBe("tokens.invalid_claims")
  })

  test("missing or malformed sub, jti, sid, roles and scope refuse the token", async () => {
    const wrong: Record<string, unknown>[] = [
      { sub: undefined },
      { sub: "" },
      { sub: 7 },
      { jti: undefined },
      { jti: 1 },
      { sid: 7 },
      { sid: "" },
      { client_id: 7 },
      { realm_access: ["admin"] },
      { realm_access: { roles: "admin" } },
      { scope: ["openid"] },
    ]
    for (const changes of wrong)
      expect(await codeOf(verifier().verify(await acme.token(changes)))).toBe("tokens.invalid_claims")
  })

  test("claims that name a prototype's members are claims like any other", async () => {
    const payload = `${JSON.stringify(acme.claims()).slice(0, -1)},"__proto__":{"client_id":"x"}}`
    const verified = await verifier().verify(signRaw(headerOf(acme), payload, acme.privateKey))
    expect(verified.clientId).toBeUndefined()
  })
})

describe("organization", () => {
  test("a token of another organization than is expected answers like nothing at all", async () => {
    const token = await globex.token()
    expect(await codeOf(verifier().verify(token, { organization: acmeId }))).toBe("authz.not_found")
    expect(await codeOf(verifier().verify(await acme.token(), { organization: acmeId }))).toBe("accepted")
  })

  test("a bad token of another organization is a bad token first", async () => {
    const token = await globex.token({ exp: nowSeconds(clock) })
    expect(await codeOf(verifier().verify(token, { organization: acmeId }))).toBe("tokens.expired")
  })
})
