import type { RelationshipTuple, TupleKey } from "./relationship-tuple.ts"

/** Tuples to put in and to take out in one step. */
export interface TupleChange {
  readonly writes?: readonly RelationshipTuple[]
  readonly deletes?: readonly TupleKey[]
}

/** Which tuples to read: each member that is present must be equal. `objectType` matches every object of a type. */
export interface TupleFilter {
  readonly user?: string | undefined
  readonly relation?: string | undefined
  readonly object?: string | undefined
  readonly objectType?: string | undefined
}

/**
 * Tuples in memory, of one store, independent of any model. Whether a duplicate or a missing tuple is a mistake is for
 * the caller to say (`get` tells); here the newest write wins and a delete of nothing is nothing.
 */
export interface TupleStore {
  readonly size: number
  /** Deletes first, then writes; a tuple with the same key is replaced. Returns how many keys were added and removed. */
  write(change: TupleChange): { readonly added: number; readonly removed: number }
  has(key: TupleKey): boolean
  get(key: TupleKey): RelationshipTuple | undefined
  /** The tuples that match, in no order. The store must not change while they are read. */
  read(filter?: TupleFilter): IterableIterator<RelationshipTuple>
}

/** An empty store. */
export function createTupleStore(): TupleStore {
  const tuples = new Map<string, RelationshipTuple>()
  const keyOf = (key: TupleKey): string => JSON.stringify([key.object, key.relation, key.user])
  return {
    get size() {
      return tuples.size
    },
    write({ writes = [], deletes = [] }) {
      let removed = 0
      for (const key of deletes) if (tuples.delete(keyOf(key))) removed++
      const before = tuples.size
      for (const tuple of writes) tuples.set(keyOf(tuple), tuple)
      return { added: tuples.size - before, removed }
    },
    has: (key) => tuples.has(keyOf(key)),
    get: (key) => tuples.get(keyOf(key)),
    *read(filter = {}) {
      for (const tuple of tuples.values()) {
        if (filter.user !== undefined && tuple.user !== filter.user) continue
        if (filter.relation !== undefined && tuple.relation !== filter.relation) continue
        if (filter.object !== undefined && tuple.object !== filter.object) continue
        if (filter.objectType !== undefined && !tuple.object.startsWith(`${filter.objectType}:`)) continue
        yield tuple
      }
    },
  }
}
