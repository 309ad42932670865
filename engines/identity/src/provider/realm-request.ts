import { AsyncLocalStorage } from "node:async_hooks"
import { assertDefined } from "@gatehouse/kernel"
import type { MapperContext } from "../claims/mapper-context.ts"
import type { ResolvedScopes } from "../claims/resolve-scopes.ts"
import type { UserSession } from "../sessions/user-sessions.ts"
import type { Client, Realm } from "../store/types.ts"
import type { AccessTokenClaims } from "../tokens/access-token-claims.ts"

/** What is known of one request while the provider works on it: its realm, and what was read and made on the way. */
export interface RealmRequest {
  readonly realm: Realm
  /** The client that authenticated, where our own layer saw to that. */
  readonly client?: Client
  /** At the token endpoint: what the client asks for a token with. */
  readonly grantType?: "authorization_code" | "refresh_token"
  /** The code that it redeems. */
  readonly code?: string | undefined
  /** The living session that a cookie, a code or a refresh token led to. */
  session?: UserSession
  /** The token under construction. */
  issuing?: { readonly context: MapperContext; readonly resolved: ResolvedScopes }
  accessToken?: AccessTokenClaims
  /** Why the token endpoint refused, in the provider's words. */
  refusal?: { readonly error: string; readonly detail: string }
}

const storage = new AsyncLocalStorage<RealmRequest>()

/** Runs the provider for one request. */
export function withRealmRequest<Result>(request: RealmRequest, run: () => Result): Result {
  return storage.run(request, run)
}

/** The request that the provider works on. A defect outside one. */
export function currentRealmRequest(): RealmRequest {
  return assertDefined(storage.getStore(), "the provider works only on a request that we handed it")
}
