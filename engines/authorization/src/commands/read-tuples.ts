import type { StoredTuple, TupleFilter } from "../storage/storage.ts"
import { refuse } from "../wire/error-codes.ts"
import type { Engine } from "./engine.ts"
import { storeNotFound } from "./resolve-model.ts"

/** One page of a store's tuples, in the order in which they were written. */
export interface ReadInput {
  readonly store: string
  /** Undefined: every tuple. Members may be empty: not asked for. */
  readonly key: { readonly object: string; readonly relation: string; readonly user: string } | undefined
  readonly afterPosition: number
  readonly limit: number
}

/** A page of stored tuples in the order in which they were written, with every write acknowledged before the call. */
export async function readTuples(
  engine: Engine,
  { store, key, ...page }: ReadInput,
): Promise<{ tuples: StoredTuple[]; more: boolean }> {
  const filter = key === undefined ? {} : toFilter(key)
  const found = await engine.pages.read(store, { filter, ...page })
  if (found === undefined) throw storeNotFound()
  return found
}

function toFilter({ object, relation, user }: NonNullable<ReadInput["key"]>): TupleFilter {
  const colon = object.indexOf(":")
  if (colon <= 0 || (colon === object.length - 1 && user === "")) {
    throw refuse(
      "validation_error",
      "the 'tuple_key' field was provided but the object type field is required and both the object id and user cannot be empty",
    )
  }
  return { object, relation: relation || undefined, user: user || undefined }
}
