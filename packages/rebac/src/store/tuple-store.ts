import type { RelationshipTuple, TupleKey } from "../relationship-tuple.ts"
import { TupleGraph } from "./tuple-graph.ts"
import { walkTuples } from "./walk-tuples.ts"

/** Tuples to put in and to take out in one step. */
export interface TupleChange {
  readonly writes?: Iterable<RelationshipTuple>
  readonly deletes?: Iterable<TupleKey>
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
 * the caller to say (`get` tells); here the newest write wins and a delete of nothing is nothing. A condition's context is
 * kept as it is given: do not change it afterwards.
 */
export interface TupleStore {
  readonly size: number
  /** Deletes first, then writes; a tuple with the same key is replaced. Returns how many keys were added and removed. */
  write(change: TupleChange): { readonly added: number; readonly removed: number }
  has(key: TupleKey): boolean
  get(key: TupleKey): RelationshipTuple | undefined
  /** The tuples that match, in no order. The store must not change while they are read. */
  read(filter?: TupleFilter): IterableIterator<RelationshipTuple>
  /**
   * All tuples in parts of about `partSize`. The store may change between two parts: a tuple that is there all the time is in
   * one of them.
   */
  walk(partSize: number): IterableIterator<readonly RelationshipTuple[]>
}

/** The graph behind each store, for the evaluator alone. */
const graphs = new WeakMap<TupleStore, TupleGraph>()

/** The graph of a store that `createTupleStore` made. Throws a TypeError for any other object: there is no second kind. */
export function graphOf(store: TupleStore): TupleGraph {
  const graph = graphs.get(store)
  if (graph === undefined) throw new TypeError("not a store made by createTupleStore")
  return graph
}

/** An empty store. */
export function createTupleStore(): TupleStore {
  const graph = new TupleGraph()
  const store: TupleStore = {
    get size() {
      return graph.size
    },
    write({ writes = [], deletes = [] }) {
      let removed = 0
      let added = 0
      for (const key of deletes) if (graph.remove(key)) removed++
      for (const tuple of writes) if (graph.add(tuple)) added++
      return { added, removed }
    },
    has: (key) => graph.find(key) !== undefined,
    get(key) {
      const found = graph.find(key)
      return found === undefined ? undefined : graph.tupleOf(found.object, found.classId, found.user)
    },
    read: (filter = {}) => readTuples(graph, filter),
    walk: (partSize) => walkTuples(graph, partSize),
  }
  graphs.set(store, graph)
  return store
}

function* readTuples(graph: TupleGraph, filter: TupleFilter): IterableIterator<RelationshipTuple> {
  const { user, relation, object, objectType } = filter
  for (const tuple of candidates(graph, filter)) {
    if (user !== undefined && tuple.user !== user) continue
    if (relation !== undefined && tuple.relation !== relation) continue
    if (object !== undefined && tuple.object !== object) continue
    if (objectType !== undefined && !tuple.object.startsWith(`${objectType}:`)) continue
    yield tuple
  }
}

/** The tuples of the narrowest row that the filter names: the object's, the user's, or all. */
function* candidates(graph: TupleGraph, filter: TupleFilter): IterableIterator<RelationshipTuple> {
  if (filter.user !== undefined && filter.object !== undefined && filter.relation !== undefined) {
    const found = graph.find({ user: filter.user, relation: filter.relation, object: filter.object })
    if (found !== undefined) yield graph.tupleOf(found.object, found.classId, found.user)
    return
  }
  if (filter.object !== undefined) {
    const object = graph.entities.find(filter.object)
    if (object !== undefined) yield* rowOfObject(graph, object)
    return
  }
  if (filter.user !== undefined) {
    const hash = filter.user.indexOf("#")
    const user =
      graph.entities.find(filter.user) ??
      graph.entities.find(filter.user.slice(0, hash < 0 ? undefined : hash))
    if (user === undefined) return
    for (const { classId, neighbour } of graph.byUser.entries(user))
      yield graph.tupleOf(neighbour, classId, user)
    return
  }
  for (let object = 0; object < graph.entities.capacity; object++) yield* rowOfObject(graph, object)
}

function* rowOfObject(graph: TupleGraph, object: number): IterableIterator<RelationshipTuple> {
  for (const { classId, neighbour } of graph.byObject.entries(object))
    yield graph.tupleOf(object, classId, neighbour)
}
