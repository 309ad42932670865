import type { AuthorizationModel, RelationshipTuple, TupleKey } from "@gatehouse/rebac"

/** A store as its API shows it. Times are RFC 3339 in UTC with microseconds. */
export interface StoreRecord {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** A store's newest state: what a view compares itself with. */
export interface StoreHead {
  /** The position of the newest change; 0 before the first. */
  readonly position: number
  readonly latestModelId: string | undefined
}

/** A tuple with the position of the change that wrote it. */
export interface StoredTuple {
  readonly position: number
  readonly tuple: RelationshipTuple
  /** When it was committed, in microseconds since 1970. */
  readonly microseconds: number
}

/** Tuples of a store, and its head in the same moment. */
export interface TuplePage {
  readonly head: number
  readonly tuples: readonly StoredTuple[]
}

/** One change of a store. Position order is commit order, without gaps. */
export interface Change {
  readonly position: number
  readonly operation: "write" | "delete"
  readonly tuple: RelationshipTuple
}

/** One line of a store's change log. Timestamps never go back in position order, whatever the machine's clock does. */
export interface ChangeRecord extends Change {
  /** When it was committed, in microseconds since 1970. */
  readonly microseconds: number
}

/** Which tuples to read: all that agree with every member that is there. */
export interface TupleFilter {
  /** `type:id`, or `type:` for every object of a type. */
  readonly object?: string | undefined
  readonly relation?: string | undefined
  readonly user?: string | undefined
}

/** One write. `onDuplicate` and `onMissing` say whether a tuple that is there or gone already fails all of it. */
export interface TupleWrite {
  readonly writes: readonly RelationshipTuple[]
  readonly deletes: readonly TupleKey[]
  readonly onDuplicate: "error" | "ignore"
  readonly onMissing: "error" | "ignore"
  /** The model under which the tuples were found right, where the caller named none: it must be the latest still. */
  readonly expectedLatestModelId?: string | undefined
}

/** What a write came to. Only `written` changed anything; its changes may be none where all was ignored. */
export type TupleWriteOutcome =
  | { readonly kind: "written"; readonly changes: readonly Change[] }
  | { readonly kind: "duplicate"; readonly key: TupleKey }
  | { readonly kind: "missing"; readonly key: TupleKey }
  /** The tuple exists under another condition, so that `ignore` would leave the caller with a wrong belief. */
  | { readonly kind: "condition_conflict"; readonly key: TupleKey }
  /** Another model has become the latest. */
  | { readonly kind: "model_changed"; readonly latestModelId: string }
  | { readonly kind: "no_store" }

/** Stores by id. Deleted ones are unknown everywhere. */
export interface StoreStorage {
  createStore(name: string): Promise<StoreRecord>
  getStore(id: string): Promise<StoreRecord | undefined>
  /** In the order of ids, after `afterId`. */
  listStores(filter: {
    name?: string | undefined
    afterId?: string | undefined
    limit: number
  }): Promise<StoreRecord[]>
  deleteStore(id: string): Promise<void>
  /** Ids of stores that hold or held tuples, the last changed first. */
  listChangedStores(limit: number): Promise<string[]>
  /** Undefined for an unknown store. */
  readHead(id: string): Promise<StoreHead | undefined>
}

/** A model with its place in the order of writing; the highest of a store is its latest. */
export interface StoredModel {
  readonly sequence: number
  readonly model: AuthorizationModel & { readonly id: string }
}

/** Models of a store. They are never changed. */
export interface ModelStorage {
  /** Undefined where there is no such store. */
  writeModel(store: string, model: AuthorizationModel): Promise<string | undefined>
  readModel(store: string, id: string): Promise<(AuthorizationModel & { readonly id: string }) | undefined>
  /** Newest first, before `beforeSequence`. */
  listModels(
    store: string,
    page: { beforeSequence?: number | undefined; limit: number },
  ): Promise<StoredModel[]>
}

/** A page of a store's change log. */
export interface ChangePage {
  readonly afterPosition: number
  readonly objectType?: string | undefined
  /** Leaves out what was committed before it, in microseconds since 1970. */
  readonly startMicroseconds?: number | undefined
  readonly limit: number
}

/** Tuples and their changes, each call inside one store. */
export interface TupleStorage {
  /** In one transaction, durable when it returns. INVARIANT 9. */
  writeTuples(store: string, write: TupleWrite): Promise<TupleWriteOutcome>
  /** In the order in which they were written, after `afterPosition`. Undefined for an unknown store. */
  readTuples(
    store: string,
    filter: TupleFilter,
    page: { afterPosition: number; limit: number },
  ): Promise<TuplePage | undefined>
  /** Oldest first. Undefined for an unknown store. */
  readChanges(store: string, page: ChangePage): Promise<ChangeRecord[] | undefined>
  /**
   * Every tuple of the store as of one moment, in batches, and the head of that moment. Undefined for an unknown store.
   * A batch is dropped once `onBatch` returns, so that a large store is never in memory twice.
   */
  loadTuples(store: string, onBatch: (tuples: RelationshipTuple[]) => void): Promise<StoreHead | undefined>
}

/** Assertions of a model, kept as the JSON that the API shows. */
export interface AssertionStorage {
  writeAssertions(store: string, modelId: string, assertions: unknown): Promise<void>
  readAssertions(store: string, modelId: string): Promise<unknown>
}

/** Everything the engine keeps. Commands see it through narrower interfaces. */
export interface Storage extends StoreStorage, ModelStorage, TupleStorage, AssertionStorage {
  /** Throws where the database does not answer. */
  ping(): Promise<void>
}
