import type { ChangeRecord } from "../storage/storage.ts"
import type { Engine } from "./engine.ts"
import { requireStore } from "./resolve-model.ts"

/** One page of a store's changes, in the order in which they were committed. */
export interface ReadChangesInput {
  readonly store: string
  readonly objectType: string | undefined
  /** RFC 3339; counts only without a position to go on from. */
  readonly startTime: string | undefined
  readonly afterPosition: number | undefined
  readonly limit: number
}

/** A page of the change log, oldest first. Position order is commit order: a follower of the tokens misses nothing. */
export async function readChanges(engine: Engine, input: ReadChangesInput): Promise<ChangeRecord[]> {
  await requireStore(engine, input.store)
  return engine.storage.readChanges(input.store, {
    afterPosition: input.afterPosition ?? 0,
    objectType: input.objectType,
    startTime: input.afterPosition === undefined ? input.startTime : undefined,
    limit: input.limit,
  })
}
