import type { Group } from "../../store/types.ts"
import { readBody } from "../body.ts"
import { type Right, requireMayJoin } from "../caller.ts"
import { defaultChildrenPage, defaultUserPage } from "../query.ts"
import { invalid, notFound } from "../refusals.ts"
import { groupSchema, toGroupRepresentation } from "../representations/group.ts"
import { toUserRepresentation } from "../representations/user.ts"
import { type AdminCall, type AdminRoute, created, found, nothing } from "../route.ts"
import { createGroup, updateGroup } from "../writes/write-group.ts"

/** The group that the path names. Throws 404. */
export async function groupOf({ store, realm, param }: AdminCall): Promise<Group> {
  const group = await store.groups.find(realm.id, param("id"))
  if (!group) throw notFound("Could not find group by id")
  return group
}

const view: readonly Right[] = ["view-users", "manage-users"]

async function full({ store, realm }: AdminCall, group: Group): Promise<Record<string, unknown>> {
  const roles = await store.roles.givenTo(realm.id, { kind: "group", id: group.id }, undefined)
  return toGroupRepresentation(group, { full: true, realmRoles: roles.map(({ name }) => name) })
}

/** A search answers with the tree: the groups that match beneath those that hold them. */
function toTree(groups: readonly Group[], parentId: string | undefined): Record<string, unknown>[] {
  return groups
    .filter((group) => group.parentId === parentId)
    .map((group) => toGroupRepresentation(group, { subGroups: toTree(groups, group.id) }))
}

function withoutMove(body: unknown) {
  const representation = readBody(groupSchema, body)
  if (representation.id !== undefined) throw invalid("Moving a group is not supported by this engine")
  return representation
}

/** The tree of groups. */
export const groupRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/groups",
    rights: view,
    async handle(call) {
      const { store, realm, query } = call
      const slice = query.slice(undefined)
      const search = query.text("search")
      if (search !== undefined) {
        const groups = await store.groups.search(realm.id, search, query.flag("exact") ?? false)
        const { first = 0, max } = slice
        return found(toTree(groups, undefined).slice(first, max === undefined ? undefined : first + max))
      }
      const groups = await store.groups.children(realm.id, undefined, slice)
      return found(groups.map((group) => toGroupRepresentation(group)))
    },
  },
  {
    method: "POST",
    path: "/groups",
    rights: ["manage-users"],
    async handle({ store, realm, body }) {
      const group = await createGroup(store, realm, undefined, withoutMove(body))
      return created(`/groups/${group.id}`)
    },
  },
  {
    method: "GET",
    path: "/groups/:id",
    rights: view,
    handle: async (call) => found(await full(call, await groupOf(call))),
  },
  {
    method: "PUT",
    path: "/groups/:id",
    rights: ["manage-users"],
    async handle(call) {
      const group = await groupOf(call)
      await requireMayJoin(call.store, call.caller, group)
      await updateGroup(call.store, call.realm, group, readBody(groupSchema, call.body))
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/groups/:id",
    rights: ["manage-users"],
    async handle(call) {
      const group = await groupOf(call)
      await requireMayJoin(call.store, call.caller, group)
      await call.store.groups.delete(call.realm, group)
      return nothing
    },
  },
  {
    method: "GET",
    path: "/groups/:id/children",
    rights: view,
    async handle(call) {
      const { store, realm, query } = call
      const group = await groupOf(call)
      const search = query.text("search")?.toLowerCase()
      const slice = query.slice(defaultChildrenPage)
      if (search === undefined) {
        const children = await store.groups.children(realm.id, group.id, slice)
        return found(await Promise.all(children.map((child) => full(call, child))))
      }
      const exact = query.flag("exact") ?? false
      const children = (await store.groups.children(realm.id, group.id, {})).filter(({ name }) =>
        exact ? name === query.text("search") : name.toLowerCase().includes(search),
      )
      const { first = 0, max } = slice
      const page = children.slice(first, max === undefined ? undefined : first + max)
      return found(await Promise.all(page.map((child) => full(call, child))))
    },
  },
  {
    method: "POST",
    path: "/groups/:id/children",
    rights: ["manage-users"],
    async handle(call) {
      const parent = await groupOf(call)
      await requireMayJoin(call.store, call.caller, parent)
      const group = await createGroup(call.store, call.realm, parent, withoutMove(call.body))
      return created(`/groups/${group.id}`, await full(call, group))
    },
  },
  {
    method: "GET",
    path: "/groups/:id/members",
    rights: ["view-users", "manage-users"],
    async handle(call) {
      const { store, realm, query } = call
      const group = await groupOf(call)
      const members = await store.groups.members(realm.id, group.id, query.slice(defaultUserPage))
      const brief = query.flag("briefRepresentation") ?? false
      return found(members.map((user) => toUserRepresentation(user, { brief })))
    },
  },
  {
    method: "GET",
    path: "/group-by-path/*",
    rights: view,
    async handle(call) {
      const { store, realm, param } = call
      const path = `/${param("*").replace(/^\/|\/$/g, "")}`
      const group = await store.groups.findByPath(realm.id, path)
      if (!group) throw notFound("Group path does not exist")
      return found(await full(call, group))
    },
  },
]
