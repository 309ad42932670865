import type { AuthorizationModel, RelationshipTuple, TupleKey } from "@gatehouse/rebac"

/** A store as its API shows it. Times are RFC 3339 in UTC with microseconds. */
export interface StoreRecord {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
}

/**
 * A place in a store's log. Two logs that have the same place are the same up to it: positions alone say less, since a database
 * that was put back to an older state gives them again.
 */
export interface LogPlace {
  /** 0 is before the first change. */
  readonly position: number
  /** When it was committed, in microseconds since 1970; 0 before the first change. */
  readonly microseconds: number
}

/** Where every log begins. */
export const logStart: LogPlace = Object.freeze({ position: 0, microseconds: 0 })

/** Whether two places are one: the same change of the same log. */
export function isSamePlace(one: LogPlace | undefined, other: LogPlace): boolean {
  return one?.position === other.position && one.microseconds === other.microseconds
}

/** A store's newest state, the place of its newest change: what a view compares itself with. */
export interface StoreHead extends LogPlace {
  readonly latestModelId: string | undefined
}

/** A tuple with the place of the change that wrote it. */
export interface StoredTuple extends LogPlace {
  readonly tuple: RelationshipTuple
}

/** Tuples of a store, and the place of its newest change in the same moment. */
export interface TuplePage {
  readonly head: LogPlace
  readonly tuples: readonly StoredTuple[]
}

/**
 * One line of a store's change log. Position order is commit order, without gaps. Times never go back in position order, whatever
 * the machine's clock does.
 */
export interface Change extends LogPlace {
  readonly operation: "write" | "delete"
  readonly tuple: RelationshipTuple
}

/** A run of a store's changes, and the place before the first of them. */
export interface LogRun {
  readonly after: LogPlace
  readonly changes: readonly Change[]
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
  | ({ readonly kind: "written" } & LogRun)
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
  readonly id: string
  /** The model as JSON, as it was given to `writeModel`: the largest are half a megabyte, too much to read for who only shows them. */
  readonly body: string
}

/** A page of a store's models. */
export interface ModelPage {
  readonly models: readonly StoredModel[]
  readonly more: boolean
}

/** Models of a store. They are never changed. */
export interface ModelStorage {
  /** Undefined where there is no such store. */
  writeModel(store: string, model: AuthorizationModel): Promise<string | undefined>
  readModel(store: string, id: string): Promise<(AuthorizationModel & { readonly id: string }) | undefined>
  /** Newest first, before `beforeSequence`; at most `limit`, and none after so many bytes. The first is always there. */
  listModels(
    store: string,
    page: { beforeSequence?: number | undefined; limit: number; limitBytes: number },
  ): Promise<ModelPage>
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
  readChanges(store: string, page: ChangePage): Promise<Change[] | undefined>
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
