import { nowSeconds, systemClock } from "@gatehouse/kernel"
import type { Client } from "../../store/types.ts"
import { readBody } from "../body.ts"
import { requireMayControlClient } from "../caller.ts"
import { invalid, notFound, refusedByError } from "../refusals.ts"
import { clientSchema, toClientRepresentation } from "../representations/client.ts"
import { toRoleRepresentation } from "../representations/role.ts"
import { toUserRepresentation } from "../representations/user.ts"
import { type AdminCall, type AdminRoute, created, found, nothing } from "../route.ts"
import {
  createClient,
  deleteClient,
  generateClientSecret,
  requireMayChange,
  updateClient,
} from "../writes/write-client.ts"

/** The client that the path names by its UUID. Throws 404. */
export async function clientOf({ store, realm, param }: AdminCall): Promise<Client> {
  const client = await store.clients.find(realm.id, param("id"))
  if (!client) throw notFound("Could not find client")
  return client
}

async function secretFor(call: AdminCall, client: Client): Promise<string | undefined> {
  const { store, caller } = call
  if (caller.kind === "realm" && !caller.rights.has("manage-clients")) return undefined
  try {
    await requireMayControlClient(store, caller, client)
  } catch {
    return undefined
  }
  return store.clients.readSecret(client)
}

/** Clients of a realm. */
export const clientRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/clients",
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const { store, realm, query } = call
      const filter = { clientId: query.text("clientId"), search: query.flag("search") }
      const clients = await store.clients.list(realm.id, filter, query.slice(undefined))
      const answers = clients.map(async (client) =>
        toClientRepresentation(client, await secretFor(call, client)),
      )
      return found(await Promise.all(answers))
    },
  },
  {
    method: "POST",
    path: "/clients",
    rights: ["manage-clients", "create-client"],
    async handle({ store, caller, realm, body }) {
      const client = await createClient(store, caller, realm, readBody(clientSchema, body))
      return created(`/clients/${client.id}`)
    },
  },
  {
    method: "GET",
    path: "/clients/:id",
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      return found(toClientRepresentation(client, await secretFor(call, client)))
    },
  },
  {
    method: "PUT",
    path: "/clients/:id",
    rights: ["manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      await updateClient(call.store, call.caller, call.realm, client, readBody(clientSchema, call.body))
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "/clients/:id",
    rights: ["manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      await deleteClient(call.store, call.caller, call.realm, client)
      return nothing
    },
  },
  {
    method: "GET",
    path: "/clients/:id/client-secret",
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      const value = await secretFor(call, client)
      return found({ type: "secret", ...(value === undefined ? {} : { value }) })
    },
  },
  {
    method: "POST",
    path: "/clients/:id/client-secret",
    rights: ["manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      await requireMayChange(call.store, call.caller, client)
      if (client.publicClient) throw invalid("A public client has no secret")
      const value = generateClientSecret()
      await call.store.clients.writeSecret(call.realm, client, value)
      return found({ type: "secret", value, createdDate: nowSeconds(systemClock) * 1000 })
    },
  },
  {
    method: "GET",
    path: "/clients/:id/service-account-user",
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      const user = await call.store.findServiceAccountUser(call.realm.id, client.id)
      if (!user) throw refusedByError(`Service account not enabled for the client '${client.clientId}'`)
      return found(toUserRepresentation(user))
    },
  },
  {
    method: "GET",
    path: "/clients/:id/roles",
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      const { query } = call
      const roles = await call.store.roles.list(
        call.realm.id,
        client.id,
        query.text("search"),
        query.slice(undefined),
      )
      return found(roles.map((role) => toRoleRepresentation(role, { brief: true })))
    },
  },
  {
    method: "GET",
    path: "/client-scopes",
    rights: ["view-clients", "manage-clients"],
    async handle({ store, realm }) {
      const scopes = await store.clientScopes.list(realm.id)
      return found(scopes.map(({ realmDefault, ...scope }) => scope))
    },
  },
]
