import type { Client, Realm } from "../store/types.ts"

/** Lifetimes in seconds; a token never outlives its session. */

/** How long an access token for this client lives: the client's own setting, else the realm's, within the session. */
export function accessTokenSeconds(realm: Realm, client: Client, sessionSecondsLeft = Infinity): number {
  const own = Number(client.attributes["access.token.lifespan"])
  const wanted = Number.isSafeInteger(own) && own > 0 ? own : realm.accessTokenLifespan
  return Math.max(1, Math.min(wanted, sessionSecondsLeft))
}

/** How much of a session that began at `startedAt` is left, at most: the end that no refresh moves. */
export function sessionSecondsLeft(realm: Realm, startedAt: number, now: number): number {
  return startedAt + realm.ssoSessionMaxLifespan - now
}

/** How long a session or a refresh token lives without being used. */
export function idleSeconds(realm: Realm, startedAt: number, now: number): number {
  return Math.max(1, Math.min(realm.ssoSessionIdleTimeout, sessionSecondsLeft(realm, startedAt, now)))
}
