import type { Secret } from "@gatehouse/kernel"
import { canonicalModel } from "./canonical-model.ts"
import { listIn, textIn, unexpected } from "./wire-answers.ts"
import { createWireClient, type WireClient } from "./wire-client.ts"
import { bodyOf } from "./wire-errors.ts"

/** Which store and model must be there, and where. */
export interface EnsureStoreOptions {
  readonly url: string
  readonly credential?: Secret | undefined
  /** `gatehouse` everywhere but in tests. */
  readonly name: string
  /** The model as OpenFGA's API takes it. */
  readonly model: unknown
  /** For each call; 10,000 by default, for a server may still be starting. */
  readonly timeoutMilliseconds?: number | undefined
}

/** The ids under which checks are asked. */
export interface EnsuredStore {
  readonly storeId: string
  readonly modelId: string
}

const defaultTimeoutMilliseconds = 10_000

/**
 * Finds the store of that name or creates it, and writes the model only if the newest one differs in canonical form, so
 * that each start gives the same ids. Where two starts create it at once, both take the older.
 */
export async function ensureStore(options: EnsureStoreOptions): Promise<EnsuredStore> {
  const client = createWireClient({
    ...options,
    timeoutMilliseconds: options.timeoutMilliseconds ?? defaultTimeoutMilliseconds,
  })
  try {
    const storeId = (await findStore(client, options.name)) ?? (await createStore(client, options.name))
    const modelId = await ensureModel(client, storeId, options.model)
    return { storeId, modelId }
  } finally {
    await client.close()
  }
}

async function get(client: WireClient, path: string): Promise<unknown> {
  return bodyOf(await client.call({ method: "GET", path, repeatable: true }), "administration")
}

async function post(client: WireClient, path: string, body: unknown): Promise<unknown> {
  return bodyOf(await client.call({ method: "POST", path, body, repeatable: false }), "administration")
}

/** The oldest store of the name: names are not unique on the wire. Every page is read, for old servers ignore `name`. */
async function findStore(client: WireClient, name: string): Promise<string | undefined> {
  const found: { id: string; createdAt: string }[] = []
  let token = ""
  do {
    const query = new URLSearchParams({ name, page_size: "100", continuation_token: token })
    const page = await get(client, `/stores?${query}`)
    for (const store of listIn(page, "stores")) {
      if (textIn(store, "name") !== name) continue
      found.push({ id: textIn(store, "id"), createdAt: textIn(store, "created_at") })
    }
    const next = textIn(page, "continuation_token")
    if (next !== "" && next === token) throw unexpected()
    token = next
  } while (token !== "")
  const [oldest] = found.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id))
  return oldest?.id
}

async function createStore(client: WireClient, name: string): Promise<string> {
  const created = textIn(await post(client, "/stores", { name }), "id")
  const oldest = await findStore(client, name)
  if (oldest === undefined) throw unexpected()
  if (oldest !== created) {
    const path = `/stores/${encodeURIComponent(created)}`
    await client.call({ method: "DELETE", path, repeatable: true })
  }
  return oldest
}

async function ensureModel(client: WireClient, storeId: string, model: unknown): Promise<string> {
  const path = `/stores/${encodeURIComponent(storeId)}/authorization-models`
  const [newest] = listIn(await get(client, `${path}?page_size=1`), "authorization_models")
  if (newest !== undefined && canonicalModel(newest) === canonicalModel(model)) return textIn(newest, "id")
  return textIn(await post(client, path, model), "authorization_model_id")
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
