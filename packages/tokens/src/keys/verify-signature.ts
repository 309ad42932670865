import { createHash } from "node:crypto"
import { GatehouseError } from "@gatehouse/kernel"
import { compactVerify } from "jose"
import { type BoundedMap, createBoundedMap } from "../form/bounded-map.ts"
import type { VerificationKey } from "./parse-key-set.ts"

/** Throws `tokens.signature_invalid` unless that key made the token's signature, with the key's algorithm and no other. */
export async function verifySignature(token: string, key: VerificationKey): Promise<void> {
  try {
    await compactVerify(token, key.key, { algorithms: [key.algorithm] })
  } catch (cause) {
    throw new GatehouseError("tokens.signature_invalid", { cause })
  }
}

/** About 2 MB of digests; more callers than this at once only cost signatures again. */
const maximumCachedSignatures = 10_000

/** Verifies signatures and remembers those that were good. */
export interface SignatureCache {
  verify(token: string, key: VerificationKey): Promise<void>
}

/**
 * Remembers that a signature was good: under the SHA-256 of the whole token, with the key that made it. A key that is no
 * longer published is never handed in again, so what it signed is not found. Nothing else about a token is remembered.
 */
export function createSignatureCache(maximumEntries = maximumCachedSignatures): SignatureCache {
  const good: BoundedMap<string, string> = createBoundedMap(maximumEntries)
  return {
    async verify(token, key) {
      const digest = createHash("sha256").update(token, "utf8").digest("base64url")
      if (good.get(digest) === key.fingerprint) return
      await verifySignature(token, key)
      good.set(digest, key.fingerprint)
    },
  }
}
