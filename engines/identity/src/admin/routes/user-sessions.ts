import type { UserSession } from "../../sessions/user-sessions.ts"
import { requireMayControl } from "../caller.ts"
import { notFound } from "../refusals.ts"
import { type AdminCall, type AdminRoute, found, nothing } from "../route.ts"
import { endWhatIsOpen, userOf } from "./users.ts"

/** UserSessionRepresentation. Times are milliseconds since the epoch. */
async function toSessionRepresentation(
  { store, realm }: AdminCall,
  session: UserSession,
  username: string,
): Promise<Record<string, unknown>> {
  const browserSide = await store.expiring.findByUid(realm.id, "Session", session.sid)
  const clientIds = Object.keys((browserSide?.payload.authorizations ?? {}) as object)
  const clients = await Promise.all(clientIds.map((clientId) => store.findClient(realm.id, clientId)))
  return {
    id: session.sid,
    username,
    userId: session.accountId,
    start: session.startedAt * 1000,
    lastAccess: session.authTime * 1000,
    rememberMe: false,
    clients: Object.fromEntries(clients.flatMap((client) => (client ? [[client.id, client.clientId]] : []))),
  }
}

/** What a user has open, and its end. */
export const userSessionRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/users/:id/sessions",
    rights: ["view-users", "manage-users"],
    async handle(call) {
      const user = await userOf(call)
      const sessions = await call.sessions.sessionsOf(call.realm, user.id)
      return found(
        await Promise.all(sessions.map((session) => toSessionRepresentation(call, session, user.username))),
      )
    },
  },
  {
    method: "POST",
    path: "/users/:id/logout",
    rights: ["manage-users"],
    async handle(call) {
      const user = await userOf(call)
      await requireMayControl(call.store, call.caller, user)
      await endWhatIsOpen(call, user)
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:session",
    rights: ["manage-users"],
    async handle(call) {
      const { store, caller, realm, sessions, param } = call
      const stored = await store.expiring.find(realm.id, "UserSession", param("session"))
      const accountId = stored?.payload.accountId
      const user = typeof accountId === "string" ? await store.users.find(realm.id, accountId) : undefined
      if (!user) throw notFound("Session not found")
      await requireMayControl(store, caller, user)
      call.afterCommit(() => sessions.endSession(realm, param("session")))
      return nothing
    },
  },
]
