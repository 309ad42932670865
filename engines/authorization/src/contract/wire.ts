import type { AuthorizationModel } from "@gatehouse/rebac"

/** A server on OpenFGA's wire: the embedded one or the real one. */
export interface ContractTarget {
  readonly url: string
  readonly credential: string
}

export interface Answer {
  readonly status: number
  /** The body as JSON, or as text where it is none. */
  readonly body: unknown
  readonly headers: Headers
}

/** Calls of the wire as a program makes them, with nothing between the test and the server. */
export interface Wire {
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  put(path: string, body: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** A body that is sent as it is. */
  raw(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    headers?: Record<string, string>,
  ): Promise<Answer>
}

export function createWire({ url, credential }: ContractTarget): Wire {
  const raw: Wire["raw"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    return { status: response.status, body: parse(text), headers: response.headers }
  }
  return {
    raw,
    get: (path) => raw("GET", path, undefined),
    delete: (path) => raw("DELETE", path, undefined),
    post: (path, body) => raw("POST", path, JSON.stringify(body)),
    put: (path, body) => raw("PUT", path, JSON.stringify(body)),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** An id of the right form that names nothing. */
export const unknownId = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

/** A store with a model, as most tests need one. */
export interface PreparedStore {
  readonly store: string
  readonly modelId: string
  /** Paths of this store: `/stores/<id>/check`. */
  path(operation: string): string
}

export async function prepareStore(wire: Wire, model: AuthorizationModel | object): Promise<PreparedStore> {
  const created = await wire.post("/stores", { name: "contract" })
  const store = (created.body as { id: string }).id
  const written = await wire.post(`/stores/${store}/authorization-models`, model)
  const modelId = (written.body as { authorization_model_id: string }).authorization_model_id
  if (modelId === undefined) throw new Error(`the model was refused: ${JSON.stringify(written.body)}`)
  return { store, modelId, path: (operation) => `/stores/${store}/${operation}` }
}

/** The tuple of `user relation object`. */
export function tuple(user: string, relation: string, object: string) {
  return { user, relation, object }
}

export async function writeTuples(wire: Wire, store: PreparedStore, ...keys: object[]): Promise<void> {
  const answer = await wire.post(store.path("write"), { writes: { tuple_keys: keys } })
  if (answer.status !== 200) throw new Error(`the write was refused: ${JSON.stringify(answer.body)}`)
}

/** A store that tests share which leave nothing in it: made at its first use. */
export function shared(prepare: () => Promise<PreparedStore>): () => Promise<PreparedStore> {
  let made: Promise<PreparedStore> | undefined
  return () => {
    made ??= prepare()
    return made
  }
}
