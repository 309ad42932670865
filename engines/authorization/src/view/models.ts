import { type CompiledModel, compileModelInTurns } from "@gatehouse/rebac"
import type { Storage } from "../storage/storage.ts"

/** Compiled models kept; the one unused for longest makes room. Checks name one model, rarely two during an upgrade. */
const maximumCompiledModels = 128

/** Stores whose latest model's id is remembered; the one told of longest ago makes room. */
const maximumLatestModels = 1_024

/** Compiled models by store and id. Models never change, so one that is kept stays right. */
export interface Models {
  /** The id of the store's latest model as this process last heard: a guess, for those who have it verified. */
  latest(store: string): string | undefined
  setLatest(store: string, id: string): void
  /** Undefined where the store has no such model. */
  get(store: string, id: string): Promise<CompiledModel | undefined>
}

/** Compiles models when they are first asked for, each once for all who ask meanwhile, and keeps the last used ones. */
export function createModels(storage: Pick<Storage, "readModel">): Models {
  const compiled = new Map<string, CompiledModel>()
  const pending = new Map<string, Promise<CompiledModel | undefined>>()
  const latest = new Map<string, string>()
  const load = async (store: string, id: string, key: string): Promise<CompiledModel | undefined> => {
    const model = await storage.readModel(store, id)
    if (model === undefined) return undefined
    const fresh = await compileModelInTurns(model)
    compiled.set(key, fresh)
    const oldest = compiled.keys().next().value
    if (compiled.size > maximumCompiledModels && oldest !== undefined) compiled.delete(oldest)
    return fresh
  }
  return {
    latest: (store) => latest.get(store),
    setLatest: (store, id) => {
      latest.delete(store)
      latest.set(store, id)
      const oldest = latest.keys().next().value
      if (latest.size > maximumLatestModels && oldest !== undefined) latest.delete(oldest)
    },
    get: async (store, id) => {
      // Both have the form of a ULID, so the joined key is unambiguous.
      const key = `${store}/${id}`
      const known = compiled.get(key)
      if (known !== undefined) {
        compiled.delete(key)
        compiled.set(key, known)
        return known
      }
      const started = pending.get(key)
      if (started !== undefined) return started
      const loading = load(store, id, key).finally(() => pending.delete(key))
      pending.set(key, loading)
      return loading
    },
  }
}
