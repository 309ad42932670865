import type { AuthorizationModel, RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { PreparedStore, Wire } from "../../../engines/authorization/src/contract/wire.ts"
import type { Circumstances, Decider } from "./decider.ts"

const circumstances = ({ contextualTuples, context }: Circumstances) => ({
  ...(contextualTuples === undefined ? {} : { contextual_tuples: { tuple_keys: contextualTuples } }),
  ...(context === undefined ? {} : { context }),
})

/** The wire's own limit. */
const tuplesPerWrite = 100

/** What changes a store over the wire, whoever answers the questions about it. */
export type StoreWriter = Pick<Decider, "write" | "delete" | "plant" | "refuses">

/** Changes a store under the model that it was prepared with. */
export function createStoreWriter(
  wire: Wire,
  { path, modelId }: PreparedStore,
  model: AuthorizationModel,
): StoreWriter {
  const change = async (body: object, under = modelId) =>
    (await wire.post(path("write"), { ...body, authorization_model_id: under })).status
  const writeAll = async (tuples: readonly RelationshipTuple[], under?: string) => {
    for (let start = 0; start < tuples.length; start += tuplesPerWrite) {
      const page = tuples.slice(start, start + tuplesPerWrite)
      if ((await change({ writes: { tuple_keys: page } }, under)) !== 200)
        throw new Error("the write was refused")
    }
  }
  return {
    write: (...tuples) => writeAll(tuples),
    delete: async (...keys) => {
      const bare = keys.map(({ user, relation, object }: TupleKey) => ({ user, relation, object }))
      if ((await change({ deletes: { tuple_keys: bare } })) !== 200) throw new Error("the delete was refused")
    },
    // Under a model that allows them; the model in use is written again and is the newest.
    plant: async (...tuples) => {
      const wrote = await wire.post(path("authorization-models"), allowingModel(tuples))
      if (wrote.status !== 201) throw new Error(`the model was refused: ${JSON.stringify(wrote.body)}`)
      await writeAll(
        tuples,
        (wrote.body as { readonly authorization_model_id: string }).authorization_model_id,
      )
      await wire.post(path("authorization-models"), model)
    },
    refuses: async (one) => (await change({ writes: { tuple_keys: [one] } })) !== 200,
  }
}

/** Asks a store over the wire, under its newest model. */
export function createWireDeciderOf(wire: Wire, store: PreparedStore, model: AuthorizationModel): Decider {
  const { path } = store
  const consistency = "HIGHER_CONSISTENCY"
  return {
    ...createStoreWriter(wire, store, model),
    check: async (user, relation, object, more = {}) => {
      const { status, body } = await wire.post(path("check"), {
        tuple_key: { user, relation, object },
        consistency,
        ...circumstances(more),
      })
      if (status !== 200) return "error"
      return (body as { readonly allowed: boolean }).allowed ? "allow" : "deny"
    },
    listObjects: async (user, relation, type, more = {}) => {
      const { status, body } = await wire.post(path("list-objects"), {
        user,
        relation,
        type,
        consistency,
        ...circumstances(more),
      })
      return status === 200 ? (body as { readonly objects: string[] }).objects.sort() : undefined
    },
    listUsers: async (object, relation, type, { contextualTuples, context } = {}) => {
      const [objectType = "", id = ""] = object.split(":")
      const { status, body } = await wire.post(path("list-users"), {
        object: { type: objectType, id },
        relation,
        user_filters: [{ type }],
        consistency,
        ...(contextualTuples === undefined ? {} : { contextual_tuples: contextualTuples }),
        ...(context === undefined ? {} : { context }),
      })
      if (status !== 200) return undefined
      const { users } = body as {
        readonly users: readonly { readonly object?: { readonly type: string; readonly id: string } }[]
      }
      return users
        .map(({ object: found }) => (found === undefined ? `${type}:*` : `${found.type}:${found.id}`))
        .sort()
    },
  }
}

/** A model with direct relations alone, under which these tuples may be written. */
function allowingModel(tuples: readonly RelationshipTuple[]): object {
  const types = new Map<string, Map<string, object[]>>([["anything", new Map()]])
  const relationOf = (type: string, relation: string): object[] => {
    const relations = types.get(type) ?? new Map<string, object[]>()
    types.set(type, relations)
    const references = relations.get(relation) ?? [{ type: "anything" }]
    relations.set(relation, references)
    return references
  }
  for (const { user, relation, object } of tuples) {
    const [holder = "", userset] = user.split("#")
    const type = holder.slice(0, holder.indexOf(":"))
    if (!types.has(type)) types.set(type, new Map())
    if (userset !== undefined) relationOf(type, userset)
    relationOf(object.slice(0, object.indexOf(":")), relation).push({
      type,
      ...(userset === undefined ? {} : { relation: userset }),
      ...(holder.endsWith(":*") ? { wildcard: {} } : {}),
    })
  }
  const definitions = [...types].map(([type, relations]) => ({
    type,
    relations: Object.fromEntries([...relations.keys()].map((name) => [name, { this: {} }])),
    metadata: {
      relations: Object.fromEntries(
        [...relations].map(([name, references]) => [name, { directly_related_user_types: references }]),
      ),
    },
  }))
  return { schema_version: "1.1", type_definitions: definitions }
}
