import type { Clock } from "@gatehouse/kernel"
import { nowSeconds } from "@gatehouse/kernel"
import type { ExpiringObjects, Realm } from "../store/types.ts"
import { idleSeconds, sessionSecondsLeft } from "../tokens/lifespans.ts"

/** The kind under which a session's life is stored; its id is the `sid` of tokens. */
export const userSessionModel = "UserSession"

/** A signed-in user's session. Times are seconds since the epoch. */
export interface UserSession {
  readonly sid: string
  readonly accountId: string
  readonly startedAt: number
  readonly authTime: number
}

/**
 * Whether a session lives. The provider keeps the browser's side (cookie, grants by client) under an id that changes at
 * each sign-in; this is the side that tokens name, and the one that decides.
 */
export interface UserSessions {
  /** Begins it, or notes another sign-in of the same user. A session that was ended never begins again. */
  begin(realm: Realm, session: UserSession): Promise<void>
  /** The session while it lives; undefined once it was ended, sat idle too long or reached its end. */
  find(realm: Realm, sid: string): Promise<UserSession | undefined>
  /** Moves the idle timeout, never the end. */
  touch(realm: Realm, session: UserSession): Promise<void>
  /** Ends it. True for exactly one of any number of concurrent callers. */
  end(realm: Realm, sid: string): Promise<boolean>
}

/** Sessions on the store of expiring objects. An ended one stays as a consumed row, so that no late write revives it. */
export function createUserSessions(expiring: ExpiringObjects, clock: Clock): UserSessions {
  const save = (realm: Realm, { sid, ...payload }: UserSession) => {
    const now = nowSeconds(clock)
    return expiring.upsert({
      realmId: realm.id,
      model: userSessionModel,
      id: sid,
      payload,
      accountId: payload.accountId,
      expiresAt: new Date((now + idleSeconds(realm, payload.startedAt, now)) * 1000),
    })
  }
  return {
    begin: save,
    touch: save,
    async find(realm, sid) {
      const stored = await expiring.find(realm.id, userSessionModel, sid)
      if (!stored || stored.consumedAt !== undefined) return undefined
      const { accountId, startedAt, authTime } = stored.payload as Omit<UserSession, "sid">
      if (sessionSecondsLeft(realm, startedAt, nowSeconds(clock)) <= 0) return undefined
      return { sid, accountId, startedAt, authTime }
    },
    end: (realm, sid) => expiring.consume(realm.id, userSessionModel, sid),
  }
}
