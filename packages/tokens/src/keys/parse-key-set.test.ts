import { createHash, generateKeyPairSync, type JsonWebKey } from "node:crypto"
import { expect, test } from "vitest"
import { parseKeySet, parseVerificationKey } from "./parse-key-set.ts"

const rsaJwk = (modulusLength: number): JsonWebKey => ({
  ...generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ format: "jwk" }),
  kid: "k",
})
const rsa = rsaJwk(2048)
const ec: JsonWebKey = {
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
  kid: "e",
}

test("an RSA key of 2048 bits and a P-256 key are taken, with use and alg or without", () => {
  for (const extra of [{}, { use: "sig" }, { alg: "RS256" }, { key_ops: ["verify"] }])
    expect(parseVerificationKey({ ...rsa, ...extra }, "RS256")).toMatchObject({
      keyId: "k",
      algorithm: "RS256",
    })
  expect(parseVerificationKey(ec, "ES256")).toMatchObject({ keyId: "e", algorithm: "ES256" })
})

test("RSA keys shorter than 2048 bits are refused", () => {
  for (const bits of [512, 1024, 2040])
    expect(parseVerificationKey(rsaJwk(bits), "RS256")).toBe("it is too short")
  const huge = Buffer.alloc(2_049, 0xff).toString("base64url")
  expect(parseVerificationKey({ ...rsa, n: huge }, "RS256")).toBe("it is too long")
})

test("public exponents that make signatures forgeable or verification slow are refused", () => {
  for (const e of ["AQ", "Aw", "AAA", "AQAC", Buffer.alloc(64, 0xff).toString("base64url")])
    expect(typeof parseVerificationKey({ ...rsa, e }, "RS256")).toBe("string")
})

test("symmetric keys and published private keys are refused", () => {
  expect(typeof parseVerificationKey({ kty: "oct", kid: "k", k: "AAAA" }, "RS256")).toBe("string")
  expect(typeof parseVerificationKey({ ...rsa, k: "AAAA" }, "RS256")).toBe("string")
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  expect(typeof parseVerificationKey({ ...privateKey.export({ format: "jwk" }), kid: "k" }, "ES256")).toBe(
    "string",
  )
})

test("points off the curve and keys on other curves are refused", () => {
  const y = Buffer.from(ec.y ?? "", "base64url")
  y[31] = (y[31] ?? 0) ^ 1
  expect(parseVerificationKey({ ...ec, y: y.toString("base64url") }, "ES256")).toBe("its numbers make no key")
  const zero = Buffer.alloc(32).toString("base64url")
  expect(parseVerificationKey({ ...ec, x: zero, y: zero }, "ES256")).toBe("its numbers make no key")
  for (const namedCurve of ["P-384", "P-521", "secp256k1"]) {
    const jwk = generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "jwk" })
    expect(parseVerificationKey({ ...jwk, kid: "k" }, "ES256")).toBe("its curve is not the algorithm's")
    expect(typeof parseVerificationKey({ ...jwk, kid: "k", crv: "P-256" }, "ES256")).toBe("string")
  }
})

test("a key of another type, use, algorithm or operation does not verify", () => {
  expect(typeof parseVerificationKey(rsa, "ES256")).toBe("string")
  expect(typeof parseVerificationKey(ec, "RS256")).toBe("string")
  for (const extra of [
    { use: "enc" },
    { alg: "RSA-OAEP" },
    { alg: "PS256" },
    { key_ops: ["encrypt"] },
    { kid: "" },
  ])
    expect(typeof parseVerificationKey({ ...rsa, ...extra }, "RS256")).toBe("string")
})

test("a set keeps its good keys, says why others were refused, and takes no key of a repeated id", () => {
  const set = parseKeySet({ keys: [rsa, { ...rsa, kid: "enc", use: "enc" }, null, ec] }, "RS256")
  expect([...(set?.keys.keys() ?? [])]).toEqual(["k"])
  expect(set?.refused.map(({ index }) => index)).toEqual([1, 2, 3])
  expect(parseKeySet({ keys: [rsa, rsaJwk(2048)] }, "RS256")?.keys.size).toBe(0)
  expect(parseKeySet({ keys: [rsa, rsaJwk(2048), rsaJwk(2048)] }, "RS256")?.keys.size).toBe(0)
})

test("what is no key set, or has more keys than any realm, is none", () => {
  for (const document of [null, [], {}, { keys: {} }, "x", { keys: Array.from({ length: 101 }, () => rsa) }])
    expect(parseKeySet(document, "RS256")).toBeUndefined()
})

test("the fingerprint names the key, not its label", () => {
  const one = parseVerificationKey(rsa, "RS256")
  const other = parseVerificationKey({ ...rsa, kid: "other" }, "RS256")
  if (typeof one === "string" || typeof other === "string") throw new Error("refused")
  expect(one.fingerprint).toBe(other.fingerprint)
  const der = one.key.export({ type: "spki", format: "der" })
  expect(one.fingerprint).toBe(createHash("sha256").update(der).digest("base64url"))
})
