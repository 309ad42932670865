import type { OrganizationId } from "@gatehouse/contracts"

/** Something that ends tokens before they expire. `atSeconds`: when it happened, Unix seconds; it decides how long it is kept. */
export type RevocationEvent =
  | {
      readonly kind: "session_ended"
      readonly organization: OrganizationId
      readonly sessionId: string
      readonly atSeconds: number
    }
  | {
      readonly kind: "token_revoked"
      readonly organization: OrganizationId
      readonly tokenId: string
      readonly atSeconds: number
    }
  | {
      /** Ends every token of the subject issued at or before `notBeforeSeconds`. */
      readonly kind: "principal_not_before"
      readonly organization: OrganizationId
      readonly subject: string
      readonly notBeforeSeconds: number
      readonly atSeconds: number
    }
  | {
      /** Ends every token of the realm issued at or before `notBeforeSeconds`. */
      readonly kind: "organization_not_before"
      readonly organization: OrganizationId
      readonly notBeforeSeconds: number
      readonly atSeconds: number
    }

/** The facts of a token that the feed knows it by. `organization` is the issuer's. */
export interface RevocableToken {
  readonly organization: OrganizationId
  readonly sub: string
  readonly sid: string | undefined
  readonly jti: string
  /** Unix seconds. */
  readonly iat: number
}

/** Looked up at each use of a token, in memory. */
export interface RevocationFeed {
  /** False until everything was replayed once, and whenever the feed fell behind its bound: verifiers refuse meanwhile. */
  ready(): boolean
  isRevoked(token: RevocableToken): boolean
}
