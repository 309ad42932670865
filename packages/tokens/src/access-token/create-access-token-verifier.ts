import { platformOrganizationId } from "@gatehouse/contracts"
import { type Clock, GatehouseError, isGatehouseError, nowSeconds, systemClock } from "@gatehouse/kernel"
import { fetch as undiciFetch } from "undici"
import { type ParsedToken, parseCompactToken } from "../form/parse-compact-token.ts"
import type { KeySource } from "../keys/create-key-source.ts"
import { createKeySources } from "../keys/create-key-sources.ts"
import type { KeySetFetch } from "../keys/fetch-key-set.ts"
import type { VerificationKey } from "../keys/parse-key-set.ts"
import { createSignatureCache } from "../keys/verify-signature.ts"
import type { RevocationFeed } from "../revocation/revocation-feed.ts"
import { requireText } from "./claim-readers.ts"
import type { IssuerEntry, IssuerRegistry, PinnedAlgorithm } from "./issuer-registry.ts"
import { assertAccessToken, readAccessTokenClaims } from "./read-access-token-claims.ts"
import { assertTokenTimes, maximumTokenLifetimeSeconds, parseTokenTimes } from "./token-times.ts"
import type { AccessTokenVerifier, VerifiedAccessToken } from "./verified-access-token.ts"

/** Header types of an access token: Keycloak's, and RFC 9068's. Any other names another kind of token. */
const accessTokenHeaderTypes: ReadonlySet<string> = new Set(["jwt", "at+jwt"])

const pinnable: ReadonlySet<string> = new Set<PinnedAlgorithm>(["RS256", "ES256"])

/** For whom tokens must be made, by whom, and what else they are held against. */
export interface AccessTokenVerifierOptions {
  /** Must be in every token's `aud`: `gatehouse-api`. */
  readonly audience: string
  readonly issuers: IssuerRegistry
  /** Dials key sets. Default: undici's fetch. */
  readonly fetch?: KeySetFetch
  readonly clock?: Clock
  /** Looked up at each use. Left out, tokens live until they expire. */
  readonly revocations?: RevocationFeed
  /** At most `maximumTokenLifetimeSeconds`, which is what revocations are kept for. */
  readonly maximumLifetimeSeconds?: number
}

/**
 * Makes a verifier of access tokens. Throws `tokens.not_configured` without an audience: such a verifier would take any
 * token of a trusted issuer (RFC 8725 section 3.9).
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const { audience, issuers, fetch = undiciFetch, clock = systemClock, revocations } = options
  const { maximumLifetimeSeconds = maximumTokenLifetimeSeconds } = options
  if (typeof audience !== "string" || audience.trim() === "") throw notConfigured("audience")
  if (typeof issuers?.byIssuer !== "function") throw notConfigured("issuers")
  if (!(maximumLifetimeSeconds > 0 && maximumLifetimeSeconds <= maximumTokenLifetimeSeconds))
    throw notConfigured("maximumLifetimeSeconds")
  const sourceOf = createKeySources({ fetch, clock })
  const signatures = createSignatureCache()

  async function verify(token: string): Promise<VerifiedAccessToken> {
    if (revocations && !revocations.ready()) throw new GatehouseError("tokens.unavailable")
    const parsed = parseCompactToken(token)
    if (parsed.headerType === undefined || !accessTokenHeaderTypes.has(parsed.headerType))
      throw new GatehouseError("tokens.wrong_kind")
    const entry = await findIssuer(issuers, requireText(parsed.claims, "iss"))
    // The algorithm is the issuer's, whatever the header says; a header that says another is no token of that issuer.
    if (parsed.algorithm !== entry.algorithm) throw new GatehouseError("tokens.signature_invalid")
    await signatures.verify(token, await findKey(sourceOf(entry), parsed))
    assertAccessToken(parsed.claims, audience)
    const times = parseTokenTimes(parsed.claims)
    assertTokenTimes(times, nowSeconds(clock), maximumLifetimeSeconds)
    const verified = readAccessTokenClaims(parsed.claims, entry, times)
    if (revocations) assertNotRevoked(verified, revocations)
    return verified
  }

  return {
    async verify(token, expected = {}) {
      const verified = await verify(token)
      const foreign =
        expected.organization !== undefined &&
        verified.organization !== platformOrganizationId &&
        verified.organization !== expected.organization
      // INVARIANT 7: another organization answers like nothing at all.
      if (foreign) throw new GatehouseError("authz.not_found")
      return verified
    },
    ready: () => revocations?.ready() ?? true,
    close: async () => undefined,
  }
}

/** INVARIANT 2: exact lookup, and only that issuer's keys, algorithm and organization from here on (RFC 8725 section 3.8). */
async function findIssuer(issuers: IssuerRegistry, issuer: string): Promise<IssuerEntry> {
  let entry: IssuerEntry | undefined
  try {
    entry = await issuers.byIssuer(issuer)
  } catch (cause) {
    if (isGatehouseError(cause) && cause.status === 503) throw cause
    throw new GatehouseError("tokens.unavailable", { cause })
  }
  if (!entry || entry.issuer !== issuer) throw new GatehouseError("tokens.unknown_issuer")
  if (!pinnable.has(entry.algorithm)) throw notConfigured("algorithm")
  return entry
}

async function findKey(source: KeySource, { keyId }: ParsedToken): Promise<VerificationKey> {
  const key = await source.keyFor(keyId)
  if (!key) throw new GatehouseError("tokens.unknown_key", { details: { refused: source.refused() } })
  return key
}

function assertNotRevoked(token: VerifiedAccessToken, revocations: RevocationFeed): void {
  // Asked again: keys may have taken seconds to arrive, and the feed may have fallen behind meanwhile.
  if (!revocations.ready()) throw new GatehouseError("tokens.unavailable")
  const revoked = revocations.isRevoked({
    organization: token.organization,
    sub: token.subject,
    sid: token.sessionId,
    jti: token.tokenId,
    iat: token.issuedAtSeconds,
  })
  if (revoked) throw new GatehouseError("tokens.revoked")
}

function notConfigured(option: string): GatehouseError {
  return new GatehouseError("tokens.not_configured", { details: { option } })
}
