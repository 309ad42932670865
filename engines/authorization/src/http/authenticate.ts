import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { isGatehouseError, revealSecret, type Secret } from "@gatehouse/kernel"
import type { IssuerTokenVerifier } from "@gatehouse/tokens"
import { refuse } from "../wire/error-codes.ts"

/** Refuses a request whose caller is not known: by throwing, or by rejecting where that takes time. */
export type Authenticate = (message: IncomingMessage) => Promise<void> | undefined

/**
 * The one bearer token of a request. Two `Authorization` headers are none: which of them counts must not depend on who reads
 * them.
 */
export function readBearer({ rawHeaders, headers }: IncomingMessage): string {
  let sent = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 13 && name.toLowerCase() === "authorization") sent++
  }
  const token = sent === 1 ? /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] : undefined
  if (token === undefined) throw refuse("bearer_token_missing", "missing bearer token")
  return token
}

/**
 * Lets in who presents one of the keys. INVARIANT 8: every key is compared, in time that depends on neither side's bytes; only
 * whether a length fits shows, which says nothing of a generated key.
 */
export function authenticateByKey(keys: readonly Secret[]): Authenticate {
  const expected = keys.map((key) => Buffer.from(revealSecret(key), "utf8"))
  return (message) => {
    const sent = Buffer.from(readBearer(message), "utf8")
    let known = false
    for (const key of expected) if (key.length === sent.length && timingSafeEqual(key, sent)) known = true
    if (!known) throw refuse("unauthenticated", "unauthenticated")
    return undefined
  }
}

/**
 * Lets in who presents a token of the issuer. Every mistake of a token is the one code that the real server has for it; keys
 * that cannot be had are `unavailable`, never a pass.
 */
export function authenticateByIssuer(verifier: IssuerTokenVerifier): Authenticate {
  return async (message) => {
    const token = readBearer(message)
    try {
      await verifier.verify(token)
    } catch (error) {
      if (!isGatehouseError(error)) throw error
      if (error.status === 503) throw refuse("unavailable", "the issuer's keys cannot be had")
      throw refuse("invalid_claims", "invalid claims")
    }
  }
}
