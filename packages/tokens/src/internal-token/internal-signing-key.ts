import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { GatehouseError, revealSecret, Secret } from "@gatehouse/kernel"
import type { JWK } from "jose"

/** A new private key for internal tokens (P-256, RFC 7518 section 3.4), as `createInternalTokenIssuer` takes it. */
export function generateInternalSigningKey(): Secret<JWK> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  return new Secret<JWK>(privateKey.export({ format: "jwk" }) as JWK)
}

/** The two halves of a signing key; the id is the key's thumbprint (RFC 7638), so it never has to be kept. */
export function openInternalSigningKey(secret: Secret<JWK>) {
  try {
    const jwk = revealSecret(secret) as JsonWebKeyInput
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" })
    const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: "jwk" })
    if (kty !== "EC" || crv !== "P-256" || x === undefined || y === undefined)
      throw new TypeError("no P-256 key")
    const thumbprint = JSON.stringify({ crv, kty, x, y })
    const kid = createHash("sha256").update(thumbprint, "utf8").digest("base64url")
    const publicJwk: JWK = { kty, crv, x, y, kid, alg: "ES256", use: "sig" }
    return { privateKey, publicJwk, keyId: kid }
  } catch (cause) {
    throw new GatehouseError("tokens.not_configured", { details: { option: "key" }, cause })
  }
}

type JsonWebKeyInput = Extract<Parameters<typeof createPrivateKey>[0], { format: "jwk" }>["key"]
