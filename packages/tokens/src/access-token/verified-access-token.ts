import type { OrganizationId, PrincipalType } from "@gatehouse/contracts"

/**
 * What a verified access token says. Made by a verifier alone.
 * Tenant scope: `organization` is that of the issuer, never of a claim.
 */
export interface VerifiedAccessToken {
  readonly issuer: string
  readonly organization: OrganizationId
  /** A token is a service's only when its realm marked it (`client_id`, no `sid`), never by a user name. */
  readonly type: Extract<PrincipalType, "user" | "service">
  /** `sub`, as the realm knows it. */
  readonly subject: string
  /** `client_id` of a service's token. */
  readonly clientId: string | undefined
  readonly authorizedParty: string | undefined
  readonly tokenId: string
  readonly sessionId: string | undefined
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
  readonly groups: readonly string[]
  readonly realmRoles: readonly string[]
  readonly scopes: readonly string[]
  readonly username: string | undefined
  readonly email: string | undefined
  readonly name: string | undefined
}

/** Verifies access tokens of the platform's realms. */
export interface AccessTokenVerifier {
  /**
   * The token's facts. Throws `tokens.*`: 401 for a token that is refused, 503 where keys or revocations cannot be
   * decided in time. `expected.organization` makes a token of another organization answer `authz.not_found`
   * (INVARIANT 7); principals of the platform realm pass it, since only a binding lets them in.
   */
  verify(
    token: string,
    expected?: { readonly organization?: OrganizationId | undefined },
  ): Promise<VerifiedAccessToken>
  /** False until the revocation feed has been replayed; `verify` refuses meanwhile. */
  ready(): boolean
  close(): Promise<void>
}
