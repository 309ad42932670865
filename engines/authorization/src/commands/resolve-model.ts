import { assertDefined } from "@gatehouse/kernel"
import type { CompiledModel, Evaluator } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { refuse } from "../wire/error-codes.ts"
import type { Engine } from "./engine.ts"

/** A model named by a request, or the store's newest where it names none (`modelId` empty). */
export interface ModelReference {
  readonly store: string
  readonly modelId: string
}

/** The model that a request means: the one it names, else the store's latest. */
export interface ResolvedModel {
  readonly modelId: string
  readonly model: CompiledModel
}

/** A model with an evaluator over the store's tuples, as fresh as was asked. */
export interface ResolvedEvaluator extends ResolvedModel {
  readonly evaluator: Evaluator
}

/**
 * The model a request names. An unknown or deleted store is refused like one without the model: the real server goes on
 * answering for a deleted store, this engine does not.
 */
export function resolveModel(engine: Engine, reference: ModelReference): Promise<ResolvedModel> {
  return namedModel(engine, reference, reference.modelId)
}

/**
 * The model a request names, or else the one that this process last knew as the store's latest. Where it named none the caller has
 * the storage verify the id in the same step that uses it.
 */
export async function resolveModelToVerify(
  engine: Engine,
  reference: ModelReference,
): Promise<ResolvedModel> {
  const { store } = reference
  if (reference.modelId !== "") return resolveModel(engine, reference)
  const known = engine.models.latest(store)
  if (known !== undefined) return namedModel(engine, reference, known)
  const latest = (await engine.storage.readHead(store))?.latestModelId
  const resolved = await namedModel(engine, reference, latest)
  engine.models.setLatest(store, resolved.modelId)
  return resolved
}

/** The model a request names, with the store's tuples as fresh as asked. */
export async function resolveEvaluator(
  engine: Engine,
  reference: ModelReference,
  freshness: Freshness,
): Promise<ResolvedEvaluator> {
  const view = await engine.views.open(reference.store, freshness)
  if (view === "loading") throw refuse("unavailable", "the store is being loaded into memory")
  const modelId = view && (reference.modelId || view.latestModelId)
  const resolved = await namedModel(engine, reference, modelId)
  return {
    ...resolved,
    evaluator: assertDefined(view, "a model was found without a store").evaluator(resolved.model),
  }
}

async function namedModel(
  engine: Engine,
  { store, modelId: asked }: ModelReference,
  modelId: string | undefined,
): Promise<ResolvedModel> {
  const model = modelId === undefined ? undefined : await engine.models.get(store, modelId)
  if (modelId !== undefined && model !== undefined) return { modelId, model }
  if (asked === "") {
    throw refuse("latest_authorization_model_not_found", `No authorization models found for store '${store}'`)
  }
  throw modelNotFound(asked)
}

/** The wire's refusal of a model that the store does not have. The caller throws it. */
export function modelNotFound(modelId: string): Error {
  return refuse("authorization_model_not_found", `Authorization Model '${modelId}' not found`)
}

/** Refuses an unknown or deleted store where no model is concerned. */
export async function requireStore(engine: Engine, store: string): Promise<void> {
  if ((await engine.storage.readHead(store)) === undefined) throw storeNotFound()
}

/** The wire's refusal of an unknown or deleted store. The caller throws it. */
export function storeNotFound(): Error {
  return refuse("store_id_not_found", "Store ID not found")
}
