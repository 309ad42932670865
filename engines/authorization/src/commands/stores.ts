import type { StoreRecord } from "../storage/storage.ts"
import type { Engine } from "./engine.ts"
import { storeNotFound } from "./resolve-model.ts"

/** Adds a store. Names need not be unique, as on the real server. */
export function createStore(engine: Engine, name: string): Promise<StoreRecord> {
  return engine.storage.createStore(name)
}

/** One store that is not deleted; otherwise refuses as `storeNotFound`. */
export async function getStore(engine: Engine, id: string): Promise<StoreRecord> {
  const store = await engine.storage.getStore(id)
  if (store === undefined) throw storeNotFound()
  return store
}

/** A page of stores in the order of their ids, that is of their creation. */
export async function listStores(
  engine: Engine,
  page: { name: string | undefined; afterId: string | undefined; limit: number },
): Promise<{ stores: StoreRecord[]; more: boolean }> {
  const found = await engine.storage.listStores({ ...page, limit: page.limit + 1 })
  return { stores: found.slice(0, page.limit), more: found.length > page.limit }
}

/** Deletes a store, known or not. From the commit on it is refused everywhere. */
export async function deleteStore(engine: Engine, id: string): Promise<void> {
  await engine.storage.deleteStore(id)
  engine.views.noticed(id, undefined)
}
