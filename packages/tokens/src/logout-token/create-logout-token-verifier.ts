import { type Clock, GatehouseError, nowSeconds, systemClock } from "@gatehouse/kernel"
import { fetch as undiciFetch } from "undici"
import {
  audiences,
  invalidClaim,
  optionalText,
  ownMember,
  requireText,
} from "../access-token/claim-readers.ts"
import type { IssuerEntry } from "../access-token/issuer-registry.ts"
import { assertTokenTimes, clockLeewaySeconds, parseTokenTimes } from "../access-token/token-times.ts"
import { parseCompactToken } from "../form/parse-compact-token.ts"
import type { JsonObject } from "../form/parse-strict-json.ts"
import { createKeySources } from "../keys/create-key-sources.ts"
import type { KeySetFetch } from "../keys/fetch-key-set.ts"
import { verifySignature } from "../keys/verify-signature.ts"

/** The member of `events` that makes a token a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
export const backChannelLogoutEvent = "http://schemas.openid.net/event/backchannel-logout"

/** A logout is told at once and retried for half a minute; what is older is a replay. */
const maximumLogoutTokenAgeSeconds = 300
const maximumLifetimeSeconds = 3_600

/** Header types of a logout token: the specification's own; its typing keeps every other kind out (RFC 8725 section 3.11). */
const logoutTokenHeaderType = "logout+jwt"

/** What ended. At least one of the two is there. */
export interface VerifiedLogoutToken {
  readonly tokenId: string
  readonly issuedAtSeconds: number
  readonly subject: string | undefined
  readonly sessionId: string | undefined
}

/** Verifies logout tokens of OpenID Connect Back-Channel Logout 1.0. */
export interface LogoutTokenVerifier {
  /**
   * Verifies a logout token of exactly this issuer (section 2.6). Throws `tokens.*`. Whether its `jti` was seen before is for
   * the caller to remember.
   */
  verify(token: string, issuer: IssuerEntry): Promise<VerifiedLogoutToken>
}

/** For which clients logout tokens must be made, and how keys are dialled. */
export interface LogoutTokenVerifierOptions {
  /** The clients that are told of logouts; one of them must be in `aud`. */
  readonly audiences: readonly string[]
  readonly fetch?: KeySetFetch
  readonly clock?: Clock
}

/** Makes a verifier of back-channel logout tokens. Throws `tokens.not_configured` without an audience. */
export function createLogoutTokenVerifier(options: LogoutTokenVerifierOptions): LogoutTokenVerifier {
  const { fetch = undiciFetch, clock = systemClock } = options
  const accepted = new Set(options.audiences)
  if (accepted.size === 0 || ![...accepted].every((audience) => audience?.trim())) {
    throw new GatehouseError("tokens.not_configured", { details: { option: "audiences" } })
  }
  const sourceOf = createKeySources({ fetch, clock })
  return {
    async verify(token, issuer) {
      const { headerType, algorithm, keyId, claims } = parseCompactToken(token)
      if (headerType !== logoutTokenHeaderType) throw new GatehouseError("tokens.wrong_kind")
      if (requireText(claims, "iss") !== issuer.issuer) throw new GatehouseError("tokens.unknown_issuer")
      if (algorithm !== issuer.algorithm) throw new GatehouseError("tokens.signature_invalid")
      const key = await sourceOf(issuer).keyFor(keyId)
      if (!key) throw new GatehouseError("tokens.unknown_key")
      await verifySignature(token, key)
      if (!audiences(claims).some((audience) => accepted.has(audience)))
        throw new GatehouseError("tokens.wrong_audience")
      return readLogout(claims, nowSeconds(clock))
    },
  }
}

function readLogout(claims: JsonObject, now: number): VerifiedLogoutToken {
  const times = parseTokenTimes(claims)
  assertTokenTimes(times, now, maximumLifetimeSeconds)
  if (times.issuedAtSeconds < now - maximumLogoutTokenAgeSeconds - clockLeewaySeconds)
    throw new GatehouseError("tokens.expired")
  const events = ownMember(claims, "events")
  if (!isObject(events) || !isObject(ownMember(events, backChannelLogoutEvent))) throw invalidClaim("events")
  // Section 2.4: a nonce is forbidden, so that no ID token can be taken for a logout token.
  if (ownMember(claims, "nonce") !== undefined) throw invalidClaim("nonce")
  const subject = optionalText(claims, "sub")
  const sessionId = optionalText(claims, "sid")
  if (subject === undefined && sessionId === undefined) throw invalidClaim("sub")
  return { tokenId: requireText(claims, "jti"), issuedAtSeconds: times.issuedAtSeconds, subject, sessionId }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
