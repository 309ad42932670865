import type { AuthorizationModel, CheckQuery, ListObjectsQuery, RelationshipTuple } from "@gatehouse/rebac"
import type { Server } from "./server.ts"

/** A store on a server, with the model that its questions name. */
export interface BenchStore {
  readonly storeId: string
  readonly modelId: string
}

/** OpenFGA's limit for one write. */
const TUPLES_PER_WRITE = 100
/** Writes under way at a time while a store is filled. */
const WRITERS = 4

/** Asks a server over its HTTP API. Throws for any answer but a success. */
export async function post<Answer>(
  { url, credential }: Server,
  path: string,
  body: unknown,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url}${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

/** Makes a store with a model and tuples. */
export async function createStore(
  server: Server,
  model: AuthorizationModel,
  tuples: readonly RelationshipTuple[],
): Promise<BenchStore> {
  const { id: storeId } = await post<{ id: string }>(server, "/stores", { name: "bench" })
  const { authorization_model_id: modelId } = await post<{ authorization_model_id: string }>(
    server,
    `/stores/${storeId}/authorization-models`,
    model,
  )
  let next = 0
  const writer = async () => {
    while (next < tuples.length) {
      const from = next
      next += TUPLES_PER_WRITE
      const tuple_keys = tuples.slice(from, from + TUPLES_PER_WRITE)
      await post(server, `/stores/${storeId}/write`, {
        writes: { tuple_keys },
        authorization_model_id: modelId,
      })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  return { storeId, modelId }
}

/** A check as its request's body. */
export function checkBody(
  { user, relation, object, contextualTuples }: CheckQuery,
  { modelId }: BenchStore,
): object {
  return {
    tuple_key: { user, relation, object },
    ...(contextualTuples && { contextual_tuples: { tuple_keys: contextualTuples } }),
    authorization_model_id: modelId,
  }
}

/** A list of objects as its request's body. */
export function listBody({ user, relation, type }: ListObjectsQuery, { modelId }: BenchStore): object {
  return { user, relation, type, authorization_model_id: modelId }
}
