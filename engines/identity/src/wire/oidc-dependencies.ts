import type { Clock } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { Providers } from "../provider/providers.ts"
import type { SessionEnder } from "../sessions/end-session.ts"
import type { AdminStore } from "../store/create-identity-store.ts"
import type { Realm } from "../store/types.ts"
import type { Keyrings } from "../tokens/realm-keyring.ts"
import type { AccessTokenVerifier } from "../tokens/verify-access-token.ts"
import type { RealmOrigins } from "./realm-origins.ts"

/** What the endpoints below `/realms/<realm>` are made of. */
export interface OidcDependencies {
  readonly store: AdminStore
  readonly keyrings: Keyrings
  readonly accessTokens: AccessTokenVerifier
  readonly sessionEnder: SessionEnder
  readonly providers: Providers
  readonly origins: RealmOrigins
  /** The configured address, from which issuers and links are built whatever `Host` says. */
  readonly publicUrl: URL
  readonly issuerOf: (realm: Realm) => string
  /** Binds a form to the session that it was made for. */
  readonly formKey: string
  readonly clock: Clock
  readonly logger: Logger
}
