import { type Clock, GatehouseError, nowSeconds, systemClock } from "@gatehouse/kernel"
import { fetch as undiciFetch } from "undici"
import { audiences, invalidClaim, optionalText, requireText } from "../access-token/claim-readers.ts"
import type { PinnedAlgorithm } from "../access-token/issuer-registry.ts"
import { assertTokenTimes, parseTokenTimes } from "../access-token/token-times.ts"
import { type ParsedToken, parseCompactToken } from "../form/parse-compact-token.ts"
import type { JsonObject } from "../form/parse-strict-json.ts"
import { createRemoteKeySource, type KeySource } from "../keys/create-key-source.ts"
import { fetchKeySet, type KeySetFetch } from "../keys/fetch-key-set.ts"
import { createSignatureCache } from "../keys/verify-signature.ts"

/** Which tokens of one issuer count. */
export interface IssuerTokenVerifierOptions {
  /** Where discovery is, and the claim `iss`, compared character by character. */
  readonly issuer: string
  /** Other values of `iss` that the same keys may sign. */
  readonly issuerAliases?: readonly string[] | undefined
  /** Must be in every token's `aud`. */
  readonly audience: string
  /** Values of `sub` that are let in; left out or empty, every one is. */
  readonly subjects?: readonly string[] | undefined
  readonly algorithm?: PinnedAlgorithm | undefined
  /** Dials discovery and key set. Default: undici's fetch. */
  readonly fetch?: KeySetFetch | undefined
  readonly clock?: Clock | undefined
}

/** Verifies tokens of one issuer that is no realm of the platform's: an engine's callers. */
export interface IssuerTokenVerifier {
  /** Throws `tokens.*`: 401 for a token that is refused, 503 where the issuer's keys cannot be had. */
  verify(token: string): Promise<void>
}

/**
 * Makes a verifier for one issuer whose key set is found by discovery (OpenID Connect Discovery 1.0 section 4), at first use.
 * Signature, algorithm, issuer, audience, subject, kind and times are held against the options; nothing else of a token is
 * believed. Throws `tokens.not_configured` without an issuer or an audience.
 */
export function createIssuerTokenVerifier(options: IssuerTokenVerifierOptions): IssuerTokenVerifier {
  const { issuer, audience, subjects = [], algorithm = "RS256", clock = systemClock } = options
  if (issuer.trim() === "") throw notConfigured("issuer")
  if (audience.trim() === "") throw notConfigured("audience")
  const issuers = new Set([issuer, ...(options.issuerAliases ?? [])])
  const keys = createDiscoveredKeys(issuer, algorithm, options.fetch ?? undiciFetch, clock)
  const signatures = createSignatureCache()
  return {
    verify: async (token) => {
      const parsed = parseCompactToken(token)
      if (parsed.algorithm !== algorithm) throw new GatehouseError("tokens.signature_invalid")
      if (!issuers.has(requireText(parsed.claims, "iss"))) throw new GatehouseError("tokens.unknown_issuer")
      const key = await (await keys()).keyFor(parsed.keyId)
      if (!key) throw new GatehouseError("tokens.unknown_key")
      await signatures.verify(token, key)
      if (!audiences(parsed.claims).includes(audience)) throw new GatehouseError("tokens.wrong_audience")
      const subject = optionalText(parsed.claims, "sub")
      if (subjects.length > 0 && (subject === undefined || !subjects.includes(subject)))
        throw invalidClaim("sub")
      assertAccessToken(parsed)
      assertTimes(parsed.claims, nowSeconds(clock))
    },
  }
}

/** Values of the header's `typ` that an access token may have (RFC 7519 section 5.1, RFC 9068 section 2.1). */
const accessTokenTypes: ReadonlySet<string | undefined> = new Set([undefined, "jwt", "at+jwt"])

/**
 * An issuer signs other kinds of token with the same key (RFC 8725 section 3.11): the header tells, Keycloak's claim `typ`, or what
 * only a logout token or an ID token has. A token that is bound to a key needs a proof that nobody asks for here.
 */
function assertAccessToken({ headerType, claims }: ParsedToken): void {
  const kind = optionalText(claims, "typ")?.toLowerCase() ?? "bearer"
  const isOther = ["events", "nonce", "at_hash", "c_hash"].some((claim) => Object.hasOwn(claims, claim))
  if (!accessTokenTypes.has(headerType) || kind !== "bearer" || isOther)
    throw new GatehouseError("tokens.wrong_kind")
  if (Object.hasOwn(claims, "cnf")) throw new GatehouseError("tokens.proof_required")
}

/** `exp` and `iat` are required. How long a token may live is the issuer's choice: nothing is revoked here. */
function assertTimes(claims: JsonObject, now: number): void {
  assertTokenTimes(parseTokenTimes(claims), now, Number.POSITIVE_INFINITY)
}

/** The issuer's keys; discovery that failed is tried again at the next use. */
function createDiscoveredKeys(
  issuer: string,
  algorithm: PinnedAlgorithm,
  fetch: KeySetFetch,
  clock: Clock,
): () => Promise<KeySource> {
  let source: Promise<KeySource> | undefined
  const discover = async () => {
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const document = (await fetchKeySet(url, fetch)) as { issuer?: unknown; jwks_uri?: unknown } | null
    // A document of another issuer is no answer (OpenID Connect Discovery 1.0 section 4.3).
    if (document?.issuer !== issuer || typeof document.jwks_uri !== "string")
      throw new GatehouseError("tokens.unavailable", { details: { jwksUri: url } })
    return createRemoteKeySource({ uri: document.jwks_uri, algorithm, fetch, clock })
  }
  return () => {
    source ??= discover().catch((error) => {
      source = undefined
      throw error
    })
    return source
  }
}

function notConfigured(option: string): GatehouseError {
  return new GatehouseError("tokens.not_configured", { details: { option } })
}
