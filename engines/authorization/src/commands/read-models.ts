import type { AuthorizationModel } from "@gatehouse/rebac"
import type { StoredModel } from "../storage/storage.ts"
import type { Engine } from "./engine.ts"
import { modelNotFound, requireStore } from "./resolve-model.ts"

/** One model of a store. */
export async function readModel(
  engine: Engine,
  store: string,
  id: string,
): Promise<AuthorizationModel & { readonly id: string }> {
  const model = await engine.storage.readModel(store, id)
  if (model === undefined) throw modelNotFound(id)
  return model
}

/** A page of a store's models, newest first. */
export async function listModels(
  engine: Engine,
  store: string,
  page: { beforeSequence: number | undefined; limit: number },
): Promise<{ models: StoredModel[]; more: boolean }> {
  await requireStore(engine, store)
  const found = await engine.storage.listModels(store, { ...page, limit: page.limit + 1 })
  return { models: found.slice(0, page.limit), more: found.length > page.limit }
}
