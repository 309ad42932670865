import { createHash, randomUUID } from "node:crypto"
import { audienceClaim } from "../claims/claim-set.ts"
import { collectClaims } from "../claims/collect-claims.ts"
import type { MapperContext } from "../claims/mapper-context.ts"
import type { ResolvedScopes } from "../claims/resolve-scopes.ts"

/** The claims of an access token before it is signed. */
export type AccessTokenClaims = Readonly<Record<string, unknown>> & {
  readonly iss: string
  readonly sub: string
  readonly azp: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  readonly scope: string
  readonly aud?: string | string[]
  readonly sid?: string
}

/** What an access token is made from. Times are seconds since the epoch. */
export interface AccessTokenInput {
  readonly issuer: string
  readonly context: MapperContext
  readonly resolved: ResolvedScopes
  /** `onrtac`, `onrtrt`, `trrtcc`: Keycloak's prefix of the token id, which tells session, kind and grant. */
  readonly idPrefix: string
  readonly issuedAt: number
  readonly expiresAt: number
  /** Undefined for a service account: its token has no session. */
  readonly session: { readonly sid: string; readonly grantId: string } | undefined
}

/**
 * The access token in Keycloak's form: `typ: Bearer`, the mappers' claims, and the engine's own, which no mapper replaces.
 * Only a service account's token lacks `sid`.
 */
export async function accessTokenClaims(input: AccessTokenInput): Promise<AccessTokenClaims> {
  const { context, resolved, session } = input
  const set = await collectClaims("access", resolved.scopes, context)
  const audience = audienceClaim(set)
  const { acr, ...mapped } = set.claims
  return {
    exp: input.expiresAt,
    iat: input.issuedAt,
    jti: tokenId(input.idPrefix, session?.grantId),
    iss: input.issuer,
    ...(audience === undefined ? {} : { aud: audience }),
    sub: context.user.id,
    typ: "Bearer",
    azp: context.client.clientId,
    ...(session ? { sid: session.sid } : {}),
    ...(acr === undefined ? {} : { acr }),
    ...mapped,
    scope: resolved.scopeClaim,
  }
}

function tokenId(prefix: string, grantId: string | undefined): string {
  return grantId === undefined
    ? `${prefix}:${randomUUID()}`
    : `${prefix}:${grantTag(grantId)}-${randomUUID()}`
}

/**
 * Names the grant inside a token's id without giving the grant's own id away, so that the tokens of a revoked grant are
 * known for dead though no access token is stored.
 */
export function grantTag(grantId: string): string {
  return createHash("sha256").update(grantId).digest("hex").slice(0, 16)
}

/** The grant's tag in a token id; undefined where there is none. */
export function grantTagOf(tokenIdentifier: string): string | undefined {
  return /^[a-z]+:([0-9a-f]{16})-/.exec(tokenIdentifier)?.[1]
}
