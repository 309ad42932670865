import type { Logger } from "@gatehouse/telemetry"
import type { SessionEnder } from "../sessions/end-session.ts"
import type { AdminStore } from "../store/create-identity-store.ts"

/** Whose token it is, once verified. Rights are looked up in the store at each call, never read from the token. */
export interface AdminTokenFacts {
  /** Name of the realm that issued the token. */
  readonly realm: string
  /** The user's id; for a service account, that of its user. */
  readonly subject: string
  readonly clientId: string
}

/** What the Admin API is composed of. */
export interface AdminApiDeps {
  readonly store: AdminStore
  /**
   * Verifies the header `Authorization: Bearer …` as every token of a realm is verified: pinned issuer, algorithm and key,
   * `typ`, lifetime, not-before, and that user, client, session and realm are alive. Undefined where any of it fails.
   */
  readonly verifyAdminToken: (authorization: string | undefined) => Promise<AdminTokenFacts | undefined>
  /** Ends sessions and tells clients; called after the commit of what ends them. */
  readonly sessions: SessionEnder
  /** Begins every `Location`: `http://localhost:8081`, without a trailing slash. */
  readonly publicUrl: string
  readonly logger: Logger
}
