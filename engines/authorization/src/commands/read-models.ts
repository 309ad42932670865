import type { AuthorizationModel } from "@gatehouse/rebac"
import type { ModelPage } from "../storage/storage.ts"
import { maximumModelPageBytes } from "../wire/limits.ts"
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

/** A page of a store's models, newest first. It ends early where they are large; more are then left. */
export async function listModels(
  engine: Engine,
  store: string,
  page: { beforeSequence: number | undefined; limit: number },
): Promise<ModelPage> {
  await requireStore(engine, store)
  return engine.storage.listModels(store, { ...page, limitBytes: maximumModelPageBytes })
}
