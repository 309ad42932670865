import { constants, createHmac, type KeyObject, sign } from "node:crypto"

/**
 * Signs any two texts as a compact token, well-formed or not: what a signing library would never emit is exactly what a
 * verifier must refuse although the signature is good.
 */
export function signRaw(
  header: string | Uint8Array,
  payload: string | Uint8Array,
  key: KeyObject | { readonly hmac: string | Uint8Array } | undefined,
): string {
  const input = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`
  return `${input}.${signatureOf(input, key)}`
}

function signatureOf(input: string, key: Parameters<typeof signRaw>[2]): string {
  if (key === undefined) return ""
  if ("hmac" in key) return createHmac("sha256", key.hmac).update(input).digest("base64url")
  const isElliptic = key.asymmetricKeyType === "ec"
  return sign("sha256", Buffer.from(input), {
    key,
    ...(isElliptic ? { dsaEncoding: "ieee-p1363" as const } : { padding: constants.RSA_PKCS1_PADDING }),
  }).toString("base64url")
}
