import type { IncomingMessage, ServerResponse } from "node:http"
import type { Clock } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { UserSessions } from "../sessions/user-sessions.ts"
import type { Client, IdentityStore, RealmKeys } from "../store/types.ts"

/** A sign-in that waits for its user. */
export interface PendingLogin {
  readonly uid: string
  /** `login` shows the page; `consent` was asked for by the client and needs none here. */
  readonly prompt: string
  readonly client: Client | undefined
  readonly redirectUri: string | undefined
  readonly loginHint: string | undefined
  /** The user of the session in which the request was made, who may have to sign in once more. */
  readonly accountId: string | undefined
}

/** One realm's provider. Every call happens inside `withRealmRequest`. */
export interface RealmProvider {
  /** Answers the request: authorization endpoint, its resumption, or token endpoint. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** The sign-in whose cookie this browser holds; undefined for any other browser, and once it has ended. */
  findLogin(request: IncomingMessage, response: ServerResponse): Promise<PendingLogin | undefined>
  /** Notes who signed in, or that nothing more is needed, and says where the browser goes on. */
  finishLogin(
    request: IncomingMessage,
    response: ServerResponse,
    accountId: string | undefined,
  ): Promise<string | undefined>
  /** The session of this browser. */
  findSession(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ sid: string; accountId: string } | undefined>
}

/** What the provider of one realm is made from; a change of any of it needs a new provider. */
export interface RealmProviderOptions {
  readonly issuer: string
  /** The name of the realm, as in its paths. */
  readonly realm: string
  readonly keys: RealmKeys
  readonly cookieKeys: readonly string[]
  readonly store: IdentityStore
  readonly sessions: UserSessions
  readonly clock: Clock
  readonly logger: Logger
  readonly renderError: (error: string) => string
}
