import { GatehouseError } from "@gatehouse/kernel"
import { type JsonObject, parseStrictJsonObject } from "./parse-strict-json.ts"

/** Above this many characters nothing is parsed: a request's headers end at 32 KiB, and a token must leave room beside it. */
const maximumTokenLength = 24_576

/** A key id is a label of the issuer's own making; Keycloak's has 43 characters. */
const maximumKeyIdLength = 256

/** A signed token taken apart, before anything in it is believed. */
export interface ParsedToken {
  readonly algorithm: string
  readonly keyId: string
  /** The header's `typ` in lower case, without a leading `application/` (RFC 7515 section 4.1.9). */
  readonly headerType: string | undefined
  readonly claims: JsonObject
}

/**
 * Header members that name a key, change what is signed, or compress. No token of a realm of ours has them, and each is a
 * published way around a verifier (RFC 8725 sections 3.6 and 3.10, RFC 7797, RFC 7515 section 4.1.11).
 */
const refusedHeaders = ["jku", "jwk", "x5u", "x5c", "zip", "enc", "crit", "b64"] as const

/**
 * Takes a JWS in compact form apart (RFC 7515 section 3.1). Throws `tokens.malformed` for anything that two readers could
 * read differently: an encrypted token (five parts), base64url that is not canonical, invalid UTF-8, repeated names.
 */
export function parseCompactToken(token: string): ParsedToken {
  if (token.length > maximumTokenLength) throw malformed("length")
  const parts = token.split(".")
  const [encodedHeader, encodedPayload, encodedSignature] = parts
  if (parts.length !== 3 || !encodedHeader || !encodedPayload || !encodedSignature) throw malformed("parts")
  const header = parseStrictJsonObject(decodeCanonical(encodedHeader, "header"))
  const claims = parseStrictJsonObject(decodeCanonical(encodedPayload, "payload"))
  decodeCanonical(encodedSignature, "signature")
  if (!header) throw malformed("header")
  if (!claims) throw malformed("payload")
  const refused = refusedHeaders.find((name) => Object.hasOwn(header, name))
  if (refused !== undefined) throw malformed(`header.${refused}`)
  const { alg, kid, typ } = header
  if (typeof alg !== "string") throw malformed("header.alg")
  if (typeof kid !== "string" || kid === "" || kid.length > maximumKeyIdLength) throw malformed("header.kid")
  if (typ !== undefined && typeof typ !== "string") throw malformed("header.typ")
  return { algorithm: alg, keyId: kid, headerType: typ?.toLowerCase().replace(/^application\//, ""), claims }
}

/**
 * Decodes base64url without padding, and takes only the one spelling of the bytes: decoders ignore the bits that are left
 * over in a last character, so without this a changed character could go unnoticed.
 */
function decodeCanonical(part: string, member: string): Uint8Array {
  const bytes = Buffer.from(part, "base64url")
  if (bytes.toString("base64url") !== part) throw malformed(member)
  return bytes
}

function malformed(member: string): GatehouseError {
  return new GatehouseError("tokens.malformed", { details: { member } })
}
