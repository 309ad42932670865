import { GatehouseError } from "@gatehouse/kernel"
import type { JsonObject } from "../form/parse-strict-json.ts"

/** How far the clocks of issuer and verifier may differ. It widens `iat` and `nbf` alone: an expired token is expired. */
export const clockLeewaySeconds = 5
/** Longest life of an access token. Realms issue 300 s (PRODUCT.md); the revocation feed remembers for this long. */
export const maximumTokenLifetimeSeconds = 3_600

/** When a token was issued and when it ends, Unix seconds. */
export interface TokenTimes {
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
}

/** Takes the time claims as whole seconds. Throws `tokens.invalid_claims` where `exp` or `iat` is missing. */
export function parseTokenTimes(claims: JsonObject): TokenTimes & { readonly notBeforeSeconds: number } {
  const { exp, iat, nbf } = claims
  if (!isNumericDate(exp)) throw new GatehouseError("tokens.invalid_claims", { details: { claim: "exp" } })
  if (!isNumericDate(iat)) throw new GatehouseError("tokens.invalid_claims", { details: { claim: "iat" } })
  if (nbf !== undefined && !isNumericDate(nbf))
    throw new GatehouseError("tokens.invalid_claims", { details: { claim: "nbf" } })
  return { issuedAtSeconds: iat, expiresAtSeconds: exp, notBeforeSeconds: nbf ?? iat }
}

/**
 * Throws unless the token is valid at `nowSeconds` (RFC 7519 sections 4.1.4 to 4.1.6) and lives no longer than allowed; a
 * token with no end, or one from the future, would outlive what the revocation feed remembers.
 */
export function assertTokenTimes(
  times: ReturnType<typeof parseTokenTimes>,
  nowSeconds: number,
  maximumLifetimeSeconds: number,
): void {
  const { issuedAtSeconds, expiresAtSeconds, notBeforeSeconds } = times
  if (expiresAtSeconds <= nowSeconds) throw new GatehouseError("tokens.expired")
  if (expiresAtSeconds - issuedAtSeconds > maximumLifetimeSeconds) {
    throw new GatehouseError("tokens.expired", { details: { maximumLifetimeSeconds } })
  }
  if (issuedAtSeconds > nowSeconds + clockLeewaySeconds) throw new GatehouseError("tokens.not_yet_valid")
  if (notBeforeSeconds > nowSeconds + clockLeewaySeconds) throw new GatehouseError("tokens.not_yet_valid")
}

function isNumericDate(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
