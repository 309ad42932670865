import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import type { ServerUnderTest } from "./subject.ts"

/** What one call of the wire gave. */
export interface WireAnswer {
  readonly status: number
  readonly text: string
}

/** A store on a server, written to by plain calls of OpenFGA's HTTP API. */
export interface WireStore {
  readonly id: string
  /** The id of the model that was written last. */
  readonly modelId: string
  call(method: "POST" | "DELETE", operation: string, body?: object): Promise<WireAnswer>
  writeModel(model: AuthorizationModel): Promise<void>
  writeTuples(tuples: readonly RelationshipTuple[]): Promise<void>
  /** Deletes the store. */
  close(): Promise<void>
}

/** The slowest answer; the real server itself gives up after 3 s. */
const answerMilliseconds = 30_000
/** The wire's limits of a store's name. */
const nameLength = { least: 3, most: 64 }

/** Makes a store. Its name is the test's as far as the wire allows. */
export async function createWireStore(server: ServerUnderTest, name: string): Promise<WireStore> {
  const request = async (method: string, path: string, body?: object): Promise<WireAnswer> => {
    const response = await fetch(`${server.url.replace(/\/+$/, "")}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(server.credential === undefined ? {} : { authorization: `Bearer ${server.credential}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerMilliseconds),
    })
    return { status: response.status, text: await response.text() }
  }
  const demand = async (what: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const { status, text } = await request("POST", path, body)
    if (status !== 200 && status !== 201) throw new Error(`${what} was refused with ${status}: ${text}`)
    return JSON.parse(text)
  }
  const allowed = name.replaceAll(/[^\w\s.\-/^@&]/g, "_").slice(0, nameLength.most)
  const created = await demand("the store", "/stores", { name: allowed.padEnd(nameLength.least, "_") })
  const id = String(created.id)
  let modelId = ""
  return {
    id,
    get modelId() {
      return modelId
    },
    call: (method, operation, body) => request(method, `/stores/${id}${operation}`, body),
    writeModel: async (model) => {
      const written = await demand("the model", `/stores/${id}/authorization-models`, model)
      modelId = String(written.authorization_model_id)
    },
    writeTuples: async (tuples) => {
      const body = { authorization_model_id: modelId, writes: { tuple_keys: tuples } }
      await demand("a write of tuples", `/stores/${id}/write`, body)
    },
    close: async () => void (await request("DELETE", `/stores/${id}`)),
  }
}
