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
  const keys = createDiscoveredKeys(issuer, { algorithm, fetch: options.fetch ?? undiciFetch, clock })
  const signatures = createSignatureCache()
  return {
    verify: async (token) => {
      const parsed = parseCompactToken(token)
      if (parsed.algorithm !== algorithm) throw new GatehouseError("tokens.signature_invalid")
      if (!issuers.has(requireText(parsed.claims, "iss"))) throw new GatehouseError("tokens.unknown_issuer")
      const key = await keys.keyFor(parsed.keyId)
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

/** The issuer's keys, wherever its discovery document says that they are. */
function createDiscoveredKeys(
  issuer: string,
  options: { readonly algorithm: PinnedAlgorithm; readonly fetch: KeySetFetch; readonly clock: Clock },
): KeySource {
  const uri = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
  return createRemoteKeySource({
    ...options,
    uri,
    locate: async () => {
      const document = (await fetchKeySet(uri, options.fetch)) as Record<string, unknown> | null
      const { issuer: named, jwks_uri: found } = document ?? {}
      // A document of another issuer is no answer (OpenID Connect Discovery 1.0 section 4.3).
      if (named === issuer && typeof found === "string") return found
      throw new GatehouseError("tokens.unavailable", { details: { jwksUri: uri } })
    },
  })
}

function notConfigured(option: string): GatehouseError {
  return new GatehouseError("tokens.not_configured", { details: { option } })
}
