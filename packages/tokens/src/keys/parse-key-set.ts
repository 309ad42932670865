import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto"
import type { PinnedAlgorithm } from "../access-token/issuer-registry.ts"

/** Shortest RSA key that is taken (RFC 7518 section 3.3, RFC 8725 section 3.5). */
const minimumRsaBits = 2048
/** Longest: a verification's cost grows with the square of it. */
const maximumRsaBits = 8192
/** More keys than any realm rotates through; the rest of a longer list is not read. */
const maximumKeys = 100

/** One public key that may verify, and nothing else. */
export interface VerificationKey {
  readonly keyId: string
  readonly algorithm: PinnedAlgorithm
  readonly key: KeyObject
  /** SHA-256 of the key itself, by which a cached signature result names it. */
  readonly fingerprint: string
}

/** A key set as far as it may be used, with the reason for each key that may not. */
export interface ParsedKeySet {
  readonly keys: ReadonlyMap<string, VerificationKey>
  readonly refused: readonly { readonly index: number; readonly reason: string }[]
}

/**
 * Takes a JWK set apart (RFC 7517 section 5) and keeps the keys that may verify `algorithm`. Refused one by one: symmetric
 * keys, published private keys, RSA outside 2048 to 8192 bits, other curves and points off the curve, keys for
 * encryption or another algorithm, keys without id, and every key of an id that occurs twice. Undefined for no key set.
 */
export function parseKeySet(document: unknown, algorithm: PinnedAlgorithm): ParsedKeySet | undefined {
  const list = memberOf(document, "keys")
  if (!Array.isArray(list) || list.length > maximumKeys) return undefined
  const keys = new Map<string, VerificationKey>()
  const repeated = new Set<string>()
  const refused: { index: number; reason: string }[] = []
  for (const [index, candidate] of list.entries()) {
    const parsed = parseVerificationKey(candidate, algorithm)
    if (typeof parsed === "string") refused.push({ index, reason: parsed })
    else if (keys.has(parsed.keyId)) {
      repeated.add(parsed.keyId)
      refused.push({ index, reason: "its key id occurs twice" })
    } else keys.set(parsed.keyId, parsed)
  }
  for (const keyId of repeated) keys.delete(keyId)
  return { keys, refused }
}

/** The key, or the reason for which it may not verify. */
export function parseVerificationKey(jwk: unknown, algorithm: PinnedAlgorithm): VerificationKey | string {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return "it is no object"
  const { kty, kid, use, alg, key_ops: operations, crv } = jwk as Record<string, unknown>
  if (kty === "oct" || "k" in jwk) return "it is symmetric, so whoever reads it can sign"
  if ("d" in jwk) return "it is a private key, so whoever reads it can sign"
  if (typeof kid !== "string" || kid === "") return "it has no key id"
  if (use !== undefined && use !== "sig") return "it is not for signatures"
  if (alg !== undefined && alg !== algorithm) return "it is for another algorithm"
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify")))
    return "it is not for verifying"
  if (kty !== (algorithm === "RS256" ? "RSA" : "EC")) return "its type is not the algorithm's"
  if (algorithm === "ES256" && crv !== "P-256") return "its curve is not the algorithm's"
  return importKey(jwk as JsonWebKey, kid, algorithm)
}

function importKey(jwk: JsonWebKey, keyId: string, algorithm: PinnedAlgorithm): VerificationKey | string {
  let key: KeyObject
  try {
    key = createPublicKey({ key: jwk, format: "jwk" })
  } catch {
    return "its numbers make no key"
  }
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
  if (algorithm === "RS256") {
    if (modulusLength === undefined || modulusLength < minimumRsaBits) return "it is too short"
    if (modulusLength > maximumRsaBits) return "it is too long"
    if (!isUsableExponent(publicExponent)) return "its public exponent is out of range"
  }
  const fingerprint = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url")
  return { keyId, algorithm, key, fingerprint }
}

/** FIPS 186-5 section 5.4: odd and greater than 2^16; the upper end keeps a verification cheap. */
function isUsableExponent(exponent: bigint | undefined): boolean {
  return exponent !== undefined && exponent > 65_536n && exponent < 4_294_967_296n && exponent % 2n === 1n
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
