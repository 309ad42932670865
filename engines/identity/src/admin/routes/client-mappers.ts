import { z } from "zod"
import { maximumEntries, readBody } from "../body.ts"
import { conflict, invalid, notFound } from "../refusals.ts"
import { mapperSchema, toMapperRepresentation } from "../representations/mapper.ts"
import { type AdminRoute, created, found, nothing } from "../route.ts"
import { requireMapperRules, requireMayChange, toMapperInput } from "../writes/write-client.ts"
import { clientOf } from "./clients.ts"

const path = "/clients/:id/protocol-mappers"

/** Protocol mappers of clients. Every write is held to the rules for claims, whichever way it comes. */
export const clientMapperRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: `${path}/models`,
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      return found(client.protocolMappers.map(toMapperRepresentation))
    },
  },
  {
    method: "POST",
    path: `${path}/models`,
    rights: ["manage-clients"],
    async handle(call) {
      const { store, caller, realm } = call
      const client = await clientOf(call)
      await requireMayChange(store, caller, client)
      const input = toMapperInput(readBody(mapperSchema, call.body))
      requireMapperRules(caller, client.protocolMappers, [...client.protocolMappers, input])
      const written = await store.mappers.create(realm, client.id, input)
      if (!written.ok) throw conflict("Protocol mapper exists with same name")
      return created(`/clients/${client.id}/protocol-mappers/models/${written.value.id}`)
    },
  },
  {
    method: "POST",
    path: `${path}/add-models`,
    rights: ["manage-clients"],
    async handle(call) {
      const { store, caller, realm } = call
      const client = await clientOf(call)
      await requireMayChange(store, caller, client)
      const inputs = readBody(z.array(mapperSchema).max(maximumEntries), call.body).map(toMapperInput)
      const all = [...client.protocolMappers, ...inputs]
      requireMapperRules(caller, client.protocolMappers, all)
      await store.mappers.replaceAll(realm, client.id, all)
      return nothing
    },
  },
  {
    method: "GET",
    path: `${path}/models/:mapper`,
    rights: ["view-clients", "manage-clients"],
    async handle(call) {
      const client = await clientOf(call)
      const mapper = await call.store.mappers.find(call.realm, client.id, call.param("mapper"))
      if (!mapper) throw notFound("Model not found")
      return found(toMapperRepresentation(mapper))
    },
  },
  {
    method: "PUT",
    path: `${path}/models/:mapper`,
    rights: ["manage-clients"],
    async handle(call) {
      const { store, caller, realm, param } = call
      const client = await clientOf(call)
      await requireMayChange(store, caller, client)
      const representation = readBody(mapperSchema, call.body)
      if (representation.id !== undefined && representation.id !== param("mapper")) {
        throw invalid("Invalid mapper id")
      }
      const input = toMapperInput(representation)
      const others = client.protocolMappers.filter(({ id }) => id !== param("mapper"))
      requireMapperRules(caller, client.protocolMappers, [...others, input])
      const written = await store.mappers.update(realm, client.id, param("mapper"), input)
      if (written.ok) return nothing
      throw written.reason === "missing"
        ? notFound("Model not found")
        : conflict("Protocol mapper exists with same name")
    },
  },
  {
    method: "DELETE",
    path: `${path}/models/:mapper`,
    rights: ["manage-clients"],
    async handle(call) {
      const { store, caller, realm, param } = call
      const client = await clientOf(call)
      await requireMayChange(store, caller, client)
      const others = client.protocolMappers.filter(({ id }) => id !== param("mapper"))
      requireMapperRules(caller, client.protocolMappers, others)
      if (!(await store.mappers.delete(realm, client.id, param("mapper")))) throw notFound("Model not found")
      return nothing
    },
  },
]
