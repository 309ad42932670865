import { generateKeyPairSync, randomUUID } from "node:crypto"
import { calculateJwkThumbprint, SignJWT } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, loginAs } from "./support/plane.ts"
import { forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

let token: string
let key: RealmKey
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  key = await realmKey("acme")
})

/** Proofs are not taken yet, so a token that asks for one opens nothing: neither as a bearer token nor beside a proof. */
describe("a token that is bound to a key is refused without the proof of that key", () => {
  test("whatever its cnf holds; the twin without is accepted everywhere", async () => {
    expect(await acceptedBy(forge(token, key))).toEqual(everyVerifier)
    for (const cnf of [{ jkt: "x" }, { "x5t#S256": "x" }, { jwk: {} }, {}, null, false, ""])
      expect(await acceptedBy(forge(token, key, { claims: { cnf } }))).toEqual([])
  })

  test("and with a proof, a used one too, as a DPoP token or as a bearer", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const jwk = publicKey.export({ format: "jwk" }) as Record<string, string>
    const bound = forge(token, key, { claims: { cnf: { jkt: await calculateJwkThumbprint(jwk) } } })
    const url = `${acme.url}/v1/me`
    const proof = await new SignJWT({ htm: "GET", htu: url, jti: randomUUID() })
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
      .setIssuedAt()
      .sign(privateKey)
    for (const scheme of ["DPoP", "Bearer"])
      for (const dpop of [proof, proof])
        expect((await ask(url, { headers: { authorization: `${scheme} ${bound}`, dpop } })).status).toBe(401)
  })

  test("an internal token at a service", async () => {
    const governance = await governanceAddress()
    const statusWith = async (claims: Record<string, unknown>) =>
      (await ask(`${governance}/v1/me`, { token: await internalToken("GET", "/v1/me", claims) })).status
    expect(await statusWith({})).toBe(200)
    expect(await statusWith({ cnf: { jkt: "x" } })).toBe(401)
  })
})
