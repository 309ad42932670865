import type { Role } from "../../store/types.ts"
import { readBody } from "../body.ts"
import { type Right, requireMayGive } from "../caller.ts"
import { conflict, notFound, refusedByError } from "../refusals.ts"
import { roleSchema, toRoleRepresentation } from "../representations/role.ts"
import { type AdminCall, type AdminRoute, created, found, nothing } from "../route.ts"

const view: readonly Right[] = ["view-realm", "view-users", "manage-realm", "manage-users"]

async function roleOf({ store, realm, param }: AdminCall): Promise<Role> {
  const role = await store.roles.findByName(realm.id, undefined, param("role"))
  if (!role) throw notFound("Could not find role")
  return role
}

/** Realm roles by name, client roles to read, and a role by its id. */
export const roleRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/roles",
    rights: view,
    async handle({ store, realm, query }) {
      const brief = query.flag("briefRepresentation") ?? true
      const roles = await store.roles.list(realm.id, undefined, query.text("search"), query.slice(undefined))
      return found(roles.map((role) => toRoleRepresentation(role, { brief })))
    },
  },
  {
    method: "POST",
    path: "/roles",
    rights: ["manage-realm"],
    async handle({ store, realm, body }) {
      const { name, description, attributes } = readBody(roleSchema, body)
      if (name === undefined) throw refusedByError("role has no name")
      const written = await store.roles.create(realm, undefined, {
        name,
        description,
        attributes: attributes ?? {},
      })
      if (!written.ok) throw conflict(`Role with name ${name} already exists`)
      return created(`/roles/${encodeURIComponent(name)}`)
    },
  },
  {
    method: "GET",
    path: "/roles/:role",
    rights: view,
    handle: async (call) => found(toRoleRepresentation(await roleOf(call))),
  },
  {
    method: "PUT",
    path: "/roles/:role",
    rights: ["manage-realm"],
    async handle(call) {
      const { store, caller, realm, body } = call
      const role = await roleOf(call)
      await requireMayGive(store, caller, realm, [role])
      const representation = readBody(roleSchema, body)
      const name = representation.name ?? role.name
      const written = await store.roles.update(realm, role, {
        name,
        description: representation.description,
        attributes: representation.attributes ?? role.attributes,
      })
      if (!written.ok) throw conflict(`Role with name ${name} already exists`)
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/roles/:role",
    rights: ["manage-realm"],
    async handle(call) {
      const { store, caller, realm } = call
      const role = await roleOf(call)
      await requireMayGive(store, caller, realm, [role])
      if ((await store.roles.findDefault(realm.id))?.id === role.id) {
        throw refusedByError("The default role of the realm cannot be removed")
      }
      await store.roles.delete(realm, role)
      return nothing
    },
  },
  {
    method: "GET",
    path: "/clients/:id/roles/:role",
    rights: ["view-clients", "manage-clients"],
    async handle({ store, realm, param }) {
      const client = await store.clients.find(realm.id, param("id"))
      if (!client) throw notFound("Could not find client")
      const role = await store.roles.findByName(realm.id, client.id, param("role"))
      if (!role) throw notFound("Could not find role")
      return found(toRoleRepresentation(role))
    },
  },
  {
    method: "GET",
    path: "/roles-by-id/:id",
    rights: view,
    async handle({ store, realm, param }) {
      const role = await store.roles.find(realm.id, param("id"))
      if (!role) throw notFound("Could not find role with id")
      return found(toRoleRepresentation(role))
    },
  },
]
