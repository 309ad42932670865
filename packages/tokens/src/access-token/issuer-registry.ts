import type { OrganizationId } from "@gatehouse/contracts"

/** The one algorithm with which an issuer's access tokens are signed, whatever a token's header says. */
export type PinnedAlgorithm = "RS256" | "ES256"

/** An issuer that is trusted for exactly one organization. */
export interface IssuerEntry {
  /** Compared with the claim `iss` character by character (RFC 8725 section 3.8). */
  readonly issuer: string
  readonly organization: OrganizationId
  /** Where its keys are dialled; may differ in host from the issuer. It is configuration, never taken from a token. */
  readonly jwksUri: string
  readonly algorithm: PinnedAlgorithm
}

/** Who is trusted to sign. */
export interface IssuerRegistry {
  /** Exact lookup: no prefix, no normalization, no pattern. Undefined for an issuer that is not trusted. */
  byIssuer(issuer: string): Promise<IssuerEntry | undefined>
}
