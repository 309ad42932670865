import { setTimeout as wait } from "node:timers/promises"
import { type Clock, nowSeconds } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { IdentityStore, Realm } from "../store/types.ts"
import type { Keyrings } from "../tokens/realm-keyring.ts"
import type { BackChannel } from "./back-channel.ts"
import { createLogoutToken } from "./logout-token.ts"
import { type UserSession, type UserSessions, userSessionModel } from "./user-sessions.ts"

/** Ends sessions: their tokens die, and every client that took part and asked for it is told. */
export interface SessionEnder {
  /** Ends one session, if it lives. */
  endSession(realm: Realm, sid: string): Promise<void>
  /** Ends all sessions of a user and moves the user's not-before to now. */
  endUserSessions(realm: Realm, userId: string): Promise<void>
  /** The living sessions of a user, newest first. */
  sessionsOf(realm: Realm, userId: string): Promise<readonly UserSession[]>
}

/**
 * How long an answer waits for the clients to be told, so that they know by the time it arrives; slower ones are told
 * after it. In milliseconds.
 */
const patienceMilliseconds = 1_000

interface Dependencies {
  readonly store: IdentityStore
  readonly sessions: UserSessions
  readonly keyrings: Keyrings
  readonly backChannel: BackChannel
  readonly issuerOf: (realm: Realm) => string
  readonly clock: Clock
  readonly logger: Logger
}

/** The client ids that took part in a session and their grants, as the provider's session keeps them. */
type Participants = Readonly<Record<string, { readonly grantId?: string }>>

/** Ends sessions in the store and over the back channel. */
export function createSessionEnder(dependencies: Dependencies): SessionEnder {
  const { store, sessions } = dependencies
  const { expiring } = store

  const closeBrowserSide = async (realm: Realm, sid: string): Promise<readonly string[]> => {
    const stored = await expiring.findByUid(realm.id, "Session", sid)
    if (!stored) return []
    const participants = (stored.payload.authorizations ?? {}) as Participants
    for (const { grantId } of Object.values(participants))
      if (grantId) await expiring.destroyByGrant(realm.id, grantId)
    await expiring.destroy(realm.id, "Session", stored.id)
    return Object.keys(participants)
  }

  const endOne = async (realm: Realm, session: UserSession): Promise<void> => {
    // INVARIANT 9: the session is dead in the database before anybody is told so.
    if (!(await sessions.end(realm, session.sid))) return
    const clientIds = await closeBrowserSide(realm, session.sid)
    const told = Promise.all(
      clientIds.map((clientId) =>
        tell(dependencies, realm, session, clientId).catch((error: unknown) =>
          dependencies.logger.error({ err: error }, "a client could not be told of a logout"),
        ),
      ),
    )
    await Promise.race([told, wait(patienceMilliseconds, undefined, { ref: false })])
  }

  const sessionsOf = async (realm: Realm, userId: string): Promise<readonly UserSession[]> => {
    const stored = await expiring.listByAccount(realm.id, userId, userSessionModel)
    const living = await Promise.all(stored.map(({ id }) => sessions.find(realm, id)))
    return living.filter((session) => session !== undefined)
  }

  return {
    async endSession(realm, sid) {
      const session = await sessions.find(realm, sid)
      if (session) await endOne(realm, session)
    },
    async endUserSessions(realm, userId) {
      const living = await sessionsOf(realm, userId)
      await Promise.all(living.map((session) => endOne(realm, session)))
      await store.logoutUser(realm.id, userId)
    },
    sessionsOf,
  }
}

async function tell(
  { store, keyrings, backChannel, issuerOf, clock }: Dependencies,
  realm: Realm,
  session: UserSession,
  clientId: string,
): Promise<void> {
  const client = await store.findClient(realm.id, clientId)
  const url = client?.attributes["backchannel.logout.url"]
  if (!client?.enabled || !url || !URL.canParse(url)) return
  await backChannel.send(url, async () =>
    createLogoutToken(await keyrings.of(realm.id), {
      issuer: issuerOf(realm),
      clientId,
      subject: session.accountId,
      sid: session.sid,
      nowSeconds: nowSeconds(clock),
    }),
  )
}
