import {
  isOrganizationId,
  type OrganizationId,
  type Principal,
  type PrincipalType,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"
import { type Clock, GatehouseError, nowSeconds, systemClock } from "@gatehouse/kernel"
import type { JSONWebKeySet } from "jose"
import { fetch as undiciFetch } from "undici"
import {
  audiences,
  groupPaths,
  invalidClaim,
  optionalText,
  requireText,
  textList,
} from "../access-token/claim-readers.ts"
import { assertTokenTimes, parseTokenTimes } from "../access-token/token-times.ts"
import { parseCompactToken } from "../form/parse-compact-token.ts"
import type { JsonObject } from "../form/parse-strict-json.ts"
import { createFixedKeySource, createRemoteKeySource } from "../keys/create-key-source.ts"
import type { KeySetFetch } from "../keys/fetch-key-set.ts"
import { verifySignature } from "../keys/verify-signature.ts"
import { digestTarget } from "./digest-target.ts"
import {
  type InternalTokenVerifier,
  internalTokenLifetimeSeconds,
  internalTokenType,
} from "./internal-token.ts"

/** Whose internal tokens one service takes. */
export interface InternalTokenVerifierOptions {
  /** This service's own name; a token for another service is refused. */
  readonly audience: string
  readonly issuer: string
  /** The gateway's public keys, or where it publishes them (`/.well-known/gatehouse/internal-jwks.json`). */
  readonly jwks: JSONWebKeySet | string
  readonly fetch?: KeySetFetch
  readonly clock?: Clock
}

const principalTypes: ReadonlySet<string> = new Set<PrincipalType>(["user", "service", "api_key"])

/**
 * Makes a service's verifier of internal tokens. Throws `tokens.not_configured` without audience or issuer, and for a key
 * set with any key that may not verify.
 */
export function createInternalTokenVerifier(options: InternalTokenVerifierOptions): InternalTokenVerifier {
  const { audience, issuer, jwks, fetch = undiciFetch, clock = systemClock } = options
  for (const [option, value] of Object.entries({ audience, issuer })) {
    if (typeof value !== "string" || value.trim() === "")
      throw new GatehouseError("tokens.not_configured", { details: { option } })
  }
  const keys =
    typeof jwks === "string"
      ? createRemoteKeySource({ uri: jwks, algorithm: "ES256", fetch, clock })
      : createFixedKeySource(jwks, "ES256")
  return {
    async verify(token, { method, pathAndQuery }) {
      const { algorithm, headerType, keyId, claims } = parseCompactToken(token)
      if (headerType !== internalTokenType) throw new GatehouseError("tokens.wrong_kind")
      if (requireText(claims, "iss") !== issuer) throw new GatehouseError("tokens.unknown_issuer")
      if (algorithm !== "ES256") throw new GatehouseError("tokens.signature_invalid")
      const key = await keys.keyFor(keyId)
      if (!key) throw new GatehouseError("tokens.unknown_key")
      await verifySignature(token, key)
      const [only, ...others] = audiences(claims)
      if (only !== audience || others.length > 0) throw new GatehouseError("tokens.wrong_audience")
      if (Object.hasOwn(claims, "cnf")) throw new GatehouseError("tokens.proof_required")
      assertTokenTimes(parseTokenTimes(claims), nowSeconds(clock), internalTokenLifetimeSeconds)
      if (requireText(claims, "htm") !== method) throw invalidClaim("htm")
      if (requireText(claims, "htd") !== digestTarget(pathAndQuery)) throw invalidClaim("htd")
      requireText(claims, "jti")
      return readPrincipal(claims)
    },
  }
}

function readPrincipal(claims: JsonObject): Principal {
  const type = requireText(claims, "principal_type") as PrincipalType
  if (!principalTypes.has(type)) throw invalidClaim("principal_type")
  const home = organizationOf(claims, "home")
  const organization = organizationOf(claims, "org_id")
  if (home !== organization && home !== platformOrganizationId) throw invalidClaim("home")
  const subject = requireText(claims, "subject")
  const id = principalId(type, home, subject)
  if (requireText(claims, "sub") !== id) throw invalidClaim("sub")
  return Object.freeze({
    id,
    type,
    subject,
    home,
    organization,
    groups: groupPaths(claims),
    realmRoles: textList(claims, "roles"),
    scopes: textList(claims, "scopes"),
    sessionId: optionalText(claims, "sid"),
    username: optionalText(claims, "preferred_username"),
    email: optionalText(claims, "email"),
    name: optionalText(claims, "name"),
  })
}

function organizationOf(claims: JsonObject, claim: string): OrganizationId {
  const value = requireText(claims, claim)
  if (value !== platformOrganizationId && !isOrganizationId(value)) throw invalidClaim(claim)
  return value as OrganizationId
}
