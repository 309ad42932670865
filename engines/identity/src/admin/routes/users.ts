import { nowSeconds, systemClock } from "@gatehouse/kernel"
import type { User } from "../../store/types.ts"
import type { UserFilter } from "../../store/user-search.ts"
import { readBody } from "../body.ts"
import { requireMayControl, requireMayJoin } from "../caller.ts"
import { type AdminQuery, defaultUserPage } from "../query.ts"
import { invalid, notFound } from "../refusals.ts"
import { toGroupRepresentation } from "../representations/group.ts"
import { passwordSchema, toUserRepresentation, userSchema } from "../representations/user.ts"
import { type AdminCall, type AdminRoute, created, found, nothing } from "../route.ts"
import { createUser, updateUser, writePassword } from "../writes/write-user.ts"

/** The user that the path names. Throws 404. */
export async function userOf({ store, realm, param }: AdminCall): Promise<User> {
  const user = await store.users.find(realm.id, param("id"))
  if (!user) throw notFound("User not found")
  return user
}

/**
 * Ends what a user has open. Its tokens die with the transaction, by the not-before; sessions end and clients are told right
 * after the commit.
 */
export async function endWhatIsOpen(call: AdminCall, user: User): Promise<void> {
  const { store, realm, sessions } = call
  await store.users.setNotBefore(realm, user.id, nowSeconds(systemClock))
  call.afterCommit(() => sessions.endUserSessions(realm, user.id))
}

function filterOf(query: AdminQuery): UserFilter {
  return {
    search: query.text("search"),
    username: query.text("username"),
    email: query.text("email"),
    firstName: query.text("firstName"),
    lastName: query.text("lastName"),
    enabled: query.flag("enabled"),
    emailVerified: query.flag("emailVerified"),
    exact: query.flag("exact"),
  }
}

/** Users of a realm. */
export const userRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/users",
    rights: ["view-users", "manage-users"],
    async handle({ store, realm, query }) {
      const users = await store.users.list(realm.id, filterOf(query), query.slice(defaultUserPage))
      const brief = query.flag("briefRepresentation") ?? false
      return found(users.map((user) => toUserRepresentation(user, { brief })))
    },
  },
  {
    method: "POST",
    path: "/users",
    rights: ["manage-users"],
    async handle({ store, caller, realm, body }) {
      const representation = readBody(userSchema, body)
      const user = await createUser(store, realm, representation, { managed: true })
      const everyones = await store.roles.findDefault(realm.id)
      if (everyones) await store.roles.give(realm, { kind: "user", id: user.id }, [everyones])
      for (const path of representation.groups ?? []) {
        const group = await store.groups.findByPath(realm.id, path)
        if (!group) throw invalid("A user is in a group that does not exist")
        await requireMayJoin(store, caller, group)
        await store.groups.join(realm, user, group)
      }
      return created(`/users/${user.id}`)
    },
  },
  {
    method: "GET",
    path: "/users/count",
    rights: ["view-users", "manage-users"],
    handle: async ({ store, realm, query }) => found(await store.users.count(realm.id, filterOf(query))),
  },
  {
    method: "GET",
    path: "/users/:id",
    rights: ["view-users", "manage-users"],
    handle: async (call) => found(toUserRepresentation(await userOf(call))),
  },
  {
    method: "PUT",
    path: "/users/:id",
    rights: ["manage-users"],
    async handle(call) {
      const user = await userOf(call)
      await requireMayControl(call.store, call.caller, user)
      const ends = await updateUser(call.store, call.realm, user, readBody(userSchema, call.body))
      if (ends) await endWhatIsOpen(call, user)
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/users/:id",
    rights: ["manage-users"],
    async handle(call) {
      const user = await userOf(call)
      await requireMayControl(call.store, call.caller, user)
      await endWhatIsOpen(call, user)
      await call.store.users.delete(call.realm, user)
      return nothing
    },
  },
  {
    method: "PUT",
    path: "/users/:id/reset-password",
    rights: ["manage-users"],
    async handle(call) {
      const user = await userOf(call)
      await requireMayControl(call.store, call.caller, user)
      const { value, temporary } = readBody(passwordSchema, call.body)
      await writePassword(call.store, user, value, temporary)
      await endWhatIsOpen(call, user)
      return nothing
    },
  },
  {
    method: "GET",
    path: "/users/:id/groups",
    rights: ["view-users", "manage-users"],
    async handle(call) {
      const { query, store } = call
      const groups = await store.groups.ofUser(await userOf(call))
      const { first = 0, max } = query.slice(undefined)
      const search = query.text("search")?.toLowerCase()
      return found(
        groups
          .filter(({ name }) => search === undefined || name.toLowerCase().includes(search))
          .slice(first, max === undefined ? undefined : first + max)
          .map((group) => toGroupRepresentation(group)),
      )
    },
  },
  {
    method: "PUT",
    path: "/users/:id/groups/:group",
    rights: ["manage-users"],
    async handle(call) {
      const { store, caller, realm, param } = call
      const user = await userOf(call)
      const group = await store.groups.find(realm.id, param("group"))
      if (!group) throw notFound("Group not found")
      await requireMayJoin(store, caller, group)
      await store.groups.join(realm, user, group)
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/users/:id/groups/:group",
    rights: ["manage-users"],
    async handle(call) {
      const { store, caller, realm, param } = call
      const user = await userOf(call)
      await requireMayControl(store, caller, user)
      const group = await store.groups.find(realm.id, param("group"))
      if (!group) throw notFound("Group not found")
      await store.groups.leave(realm, user, group)
      return nothing
    },
  },
]
