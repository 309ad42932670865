import type { RoleHolder } from "../../store/role-holdings.ts"
import type { Role } from "../../store/types.ts"
import { readBody } from "../body.ts"
import { type Right, requireMayGive } from "../caller.ts"
import { notFound } from "../refusals.ts"
import { roleReferencesSchema, toRoleRepresentation } from "../representations/role.ts"
import { type AdminCall, type AdminRoute, found, nothing } from "../route.ts"
import { groupOf } from "./groups.ts"
import { userOf } from "./users.ts"

interface Target {
  readonly holder: RoleHolder
  readonly clientUuid: string | undefined
}

/** Finds who holds the mappings, and the client whose roles they are where the path names one. Throws 404. */
type FindTarget = (call: AdminCall) => Promise<Target>

async function clientUuidOf({ store, realm, param }: AdminCall): Promise<string> {
  const client = await store.clients.find(realm.id, param("client"))
  if (!client) throw notFound("Client not found")
  return client.id
}

async function rolesIn(call: AdminCall, clientUuid: string | undefined): Promise<Role[]> {
  const references = readBody(roleReferencesSchema, call.body)
  const roles: Role[] = []
  for (const { id, name } of references) {
    const role = await call.store.roles.find(call.realm.id, id)
    const agrees = role && role.clientUuid === clientUuid && (name === undefined || name === role.name)
    if (!agrees) throw notFound("Role not found")
    roles.push(role)
  }
  return roles
}

function mappingRoutes(path: string, view: readonly Right[], find: FindTarget): readonly AdminRoute[] {
  return [
    {
      method: "GET",
      path,
      rights: view,
      async handle(call) {
        const { holder, clientUuid } = await find(call)
        const roles = await call.store.roles.givenTo(call.realm.id, holder, clientUuid)
        return found(roles.map((role) => toRoleRepresentation(role, { brief: true })))
      },
    },
    {
      method: "POST",
      path,
      rights: ["manage-users"],
      async handle(call) {
        const { store, caller, realm } = call
        const { holder, clientUuid } = await find(call)
        const roles = await rolesIn(call, clientUuid)
        await requireMayGive(store, caller, realm, roles)
        await store.roles.give(realm, holder, roles)
        return nothing
      },
    },
    {
      method: "DELETE",
      path,
      rights: ["manage-users"],
      async handle(call) {
        const { store, caller, realm } = call
        const { holder, clientUuid } = await find(call)
        const roles =
          call.body === undefined
            ? await store.roles.givenTo(realm.id, holder, clientUuid)
            : await rolesIn(call, clientUuid)
        await requireMayGive(store, caller, realm, roles)
        await store.roles.take(realm, holder, roles)
        return nothing
      },
    },
  ]
}

const userHolder = async (call: AdminCall): Promise<RoleHolder> => ({
  kind: "user",
  id: (await userOf(call)).id,
})
const groupHolder = async (call: AdminCall): Promise<RoleHolder> => ({
  kind: "group",
  id: (await groupOf(call)).id,
})
const viewUsers: readonly Right[] = ["view-users", "manage-users"]

/** Roles given to users and groups, and what a user holds in the end. */
export const roleMappingRoutes: readonly AdminRoute[] = [
  ...mappingRoutes("/users/:id/role-mappings/realm", viewUsers, async (call) => ({
    holder: await userHolder(call),
    clientUuid: undefined,
  })),
  ...mappingRoutes("/users/:id/role-mappings/clients/:client", viewUsers, async (call) => ({
    holder: await userHolder(call),
    clientUuid: await clientUuidOf(call),
  })),
  ...mappingRoutes("/groups/:id/role-mappings/realm", viewUsers, async (call) => ({
    holder: await groupHolder(call),
    clientUuid: undefined,
  })),
  ...mappingRoutes("/groups/:id/role-mappings/clients/:client", viewUsers, async (call) => ({
    holder: await groupHolder(call),
    clientUuid: await clientUuidOf(call),
  })),
  {
    method: "GET",
    path: "/users/:id/role-mappings/realm/composite",
    rights: viewUsers,
    async handle(call) {
      const { store, realm } = call
      const user = await userOf(call)
      const held = await store.roles.effectiveIdsOf(user)
      const roles = await store.roles.list(realm.id, undefined, undefined, {})
      const effective = roles.filter(({ id }) => held.has(id))
      return found(effective.map((role) => toRoleRepresentation(role, { brief: true })))
    },
  },
]
