import type { Change } from "../storage/storage.ts"
import type { Engine } from "./engine.ts"
import { storeNotFound } from "./resolve-model.ts"

/** One page of a store's changes, in the order in which they were committed. */
export interface ReadChangesInput {
  readonly store: string
  readonly objectType: string | undefined
  /** In microseconds since 1970; counts only without a position to go on from. */
  readonly startMicroseconds: number | undefined
  readonly afterPosition: number | undefined
  readonly limit: number
}

/** A page of the change log, oldest first. Position order is commit order: a follower of the tokens misses nothing. */
export async function readChanges(engine: Engine, input: ReadChangesInput): Promise<Change[]> {
  const found = await engine.storage.readChanges(input.store, {
    afterPosition: input.afterPosition ?? 0,
    objectType: input.objectType,
    startMicroseconds: input.afterPosition === undefined ? input.startMicroseconds : undefined,
    limit: input.limit,
  })
  if (found === undefined) throw storeNotFound()
  return found
}
