import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from "node:crypto"
import { Secret } from "@gatehouse/kernel"
import { deriveLoginPassword } from "@gatehouse/postgres"
import {
  createInternalTokenIssuer,
  createInternalTokenVerifier,
  createLogoutTokenVerifier,
  generateInternalSigningKey,
} from "@gatehouse/tokens"
import { signRaw, type TestRealm } from "@gatehouse/tokens/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createSealer } from "../../engines/identity/src/store/sealer.ts"
import { send } from "../../services/gateway/src/testing/send.ts"
import { startTestGateway, type TestGateway } from "../../services/gateway/src/testing/start-test-gateway.ts"

let gateway: TestGateway
let realm: TestRealm
beforeAll(async () => {
  gateway = await startTestGateway()
  realm = gateway.realms.acme
})
afterAll(() => gateway.close())

const publicJwk = (key: KeyObject): JsonWebKey => key.export({ format: "jwk" })
const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync("rsa", { modulusLength, publicExponent })

describe("a fetched key that may not verify is refused", () => {
  const secret = createHash("sha256").update("published").digest()
  const k = secret.toString("base64url")
  const [good, short, forgeable, leaked] = [rsa(2048), rsa(1024), rsa(2048, 3), rsa(2048)]
  const off = { ...publicJwk(good.publicKey), n: Buffer.alloc(256).toString("base64url") }
  /** By key id: what the realm publishes, and what signs. */
  const keys: Record<string, { jwk: JsonWebKey; signer: Parameters<typeof signRaw>[2]; alg?: string }> = {
    good: { jwk: publicJwk(good.publicKey), signer: good.privateKey },
    "of 1024 bits": { jwk: publicJwk(short.publicKey), signer: short.privateKey },
    "with the exponent 3": { jwk: publicJwk(forgeable.publicKey), signer: forgeable.privateKey },
    "with a modulus of zeros": { jwk: off, signer: good.privateKey },
    "with its private half": { jwk: publicJwk(leaked.privateKey), signer: leaked.privateKey },
    symmetric: { jwk: { kty: "oct", k }, signer: { hmac: secret }, alg: "HS256" },
    "symmetric, said to be for RS256": { jwk: { kty: "oct", k, alg: "RS256" }, signer: { hmac: secret } },
    "of both kinds": { jwk: { ...publicJwk(good.publicKey), k }, signer: { hmac: secret }, alg: "HS256" },
    "of both kinds, by its RSA half": { jwk: { ...publicJwk(good.publicKey), k }, signer: good.privateKey },
  }
  const statusOf = async (kid: string) => {
    const { signer, alg = "RS256" } = keys[kid] ?? { signer: undefined }
    const token = signRaw(JSON.stringify({ alg, typ: "JWT", kid }), JSON.stringify(realm.claims()), signer)
    return (await send(gateway.port, "/v1/me", { token })).status
  }
  beforeAll(() => {
    const published = Object.entries(keys).map(([kid, { jwk }]) => ({ use: "sig", ...jwk, kid }))
    realm.answerKeysWith((_, response) => response.end(JSON.stringify({ keys: published })))
  })

  test("the twin, of 2048 bits and in the same set, verifies", async () => {
    expect(await statusOf("good")).toBe(200)
  })

  test.each(Object.keys(keys).slice(1))("one %s does not", async (kid) => {
    expect(await statusOf(kid)).toBe(401)
  })
})

describe("a configured key that may not verify is refused when it is configured", () => {
  const issuer = "urn:gatehouse:gateway"
  const refusal = expect.objectContaining({ code: "tokens.not_configured" })
  const configure = (jwk: object) =>
    createInternalTokenVerifier({ audience: "sbom", issuer, jwks: { keys: [{ kid: "k", ...jwk }] as never } })

  test("a point off the curve, another curve, a symmetric or a private key; the twin on the curve is taken", () => {
    const good = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const jwk = publicJwk(good.publicKey)
    expect(configure(jwk)).toBeDefined()
    const zero = Buffer.alloc(32).toString("base64url")
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey
    const secp256k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey
    for (const bad of [
      { ...jwk, y: String(publicJwk(other).y) },
      { ...jwk, x: zero, y: zero },
      { ...jwk, x: `${jwk.x}AAAA` },
      publicJwk(secp256k1),
      { ...publicJwk(secp256k1), crv: "P-256" },
      publicJwk(generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey),
      publicJwk(good.privateKey),
      { kty: "oct", k: Buffer.alloc(32, 1).toString("base64url") },
    ])
      expect(() => configure(bad)).toThrow(refusal)
  })

  test("a signing key that is off its curve or of another curve does not sign", () => {
    const jwk = publicJwk(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey)
    expect(() => createInternalTokenIssuer({ key: new Secret(jwk as never), issuer })).toThrow(refusal)
    expect(createInternalTokenIssuer({ key: generateInternalSigningKey(), issuer })).toBeDefined()
  })

  test("an HMAC secret that is shorter than its hash", () => {
    for (const short of ["", "x", "x".repeat(31)]) {
      expect(() => createSealer(new Secret(short))).toThrow()
      expect(() => deriveLoginPassword(new Secret(short), "gatehouse_acme_sbom")).toThrow()
    }
    expect(createSealer(new Secret("x".repeat(32)))).toBeDefined()
    expect(deriveLoginPassword(new Secret("x".repeat(32)), "gatehouse_acme_sbom")).toBeDefined()
  })
})

test("a logout token is held to the same keys", async () => {
  const { privateKey, publicKey } = rsa(1024)
  realm.answerKeysWith((_, response) =>
    response.end(JSON.stringify({ keys: [{ ...publicJwk(publicKey), kid: "short" }] })),
  )
  const verifier = createLogoutTokenVerifier({ audiences: ["gatehouse-cli"] })
  const input = [{ alg: "RS256", typ: "logout+jwt", kid: "short" }, { iss: realm.entry.issuer }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".")
  const token = `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`
  await expect(verifier.verify(token, realm.entry)).rejects.toMatchObject({ code: "tokens.unknown_key" })
})
