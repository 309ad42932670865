import type { GatehouseError } from "@gatehouse/kernel"
import type { RelationshipTuple } from "./relationship-tuple.ts"

/** What every question may carry besides. */
export interface QueryContext {
  /** Tuples that count for this question alone, under the same rules as stored ones. They hide stored ones of the same key. */
  readonly contextualTuples?: readonly RelationshipTuple[] | undefined
  /** Values for condition parameters. A stored tuple's own context wins over them. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/** Whether the user is related to the object. */
export interface CheckQuery extends QueryContext {
  readonly user: string
  readonly relation: string
  readonly object: string
}

/** The answer to a check, with its cost. */
export interface CheckAnswer {
  readonly allowed: boolean
  /** Nodes (a relation on an object) that were looked at: the cost of the question. */
  readonly visited: number
}

/** What one check of a batch came to. An error is a denial. */
export type BatchCheckAnswer = CheckAnswer | { readonly allowed: false; readonly error: GatehouseError }

/** To which objects of a type the user is related. */
export interface ListObjectsQuery extends QueryContext {
  readonly user: string
  readonly relation: string
  readonly type: string
  /** At most so many results; without it, all. */
  readonly limit?: number | undefined
}

/** The objects found; look at `complete` before concluding from absence. */
export interface ListObjectsAnswer {
  /** `type:id`, in no order, each once. */
  readonly objects: string[]
  /** False where the limit or the budget of visited nodes cut the list: there may be more. */
  readonly complete: boolean
  /** Where the list goes on; there exactly where it is not complete. */
  readonly cursor?: ListCursor
}

/**
 * Where a list of objects was left. It belongs to this process and to one caller, holds what the search holds, and is gone when it is
 * dropped.
 */
export interface ListCursor {
  /**
   * The next part, under the same question, with a new budget, and at most `limit` objects (without it, as many as before). Every part
   * is true of the store as it is at that moment, and no object comes twice. Of a store that does not change, the parts are together
   * what one answer would have been. Where what was searched so far changed in between, the search begins anew and leaves out what was
   * given: an object that was there all the time comes, one that came meanwhile may, and one given before may hold no longer. A cursor is good for one call;
   * the answer has the next. Throws what `listObjects` throws, and `rebac.invalid_request` when it is used again.
   */
  next(limit?: number): ListObjectsAnswer
}

/** Which users of the filter are related to the object. */
export interface ListUsersQuery extends QueryContext {
  readonly object: string
  readonly relation: string
  /** What kind of users is asked for: of a type, or usersets of a type's relation. */
  readonly filter: { readonly type: string; readonly relation?: string | undefined }
  readonly limit?: number | undefined
}

/** The users found; look at `complete` before concluding from absence. */
export interface ListUsersAnswer {
  /** `type:id`, `type:*` or `type:id#relation`, in no order, each once. */
  readonly users: string[]
  readonly complete: boolean
}

/** Who is related to the object, one level deep. */
export interface ExpandQuery extends Pick<QueryContext, "contextualTuples"> {
  readonly object: string
  readonly relation: string
}

/** OpenFGA's tree of usersets, one level of a relation, in its JSON form. */
export interface UsersetTreeNode {
  readonly name: string
  readonly leaf?: {
    readonly users?: { readonly users: readonly string[] }
    readonly computed?: { readonly userset: string }
    readonly tupleToUserset?: {
      readonly tupleset: string
      readonly computed: readonly { readonly userset: string }[]
    }
  }
  readonly union?: { readonly nodes: readonly UsersetTreeNode[] }
  readonly intersection?: { readonly nodes: readonly UsersetTreeNode[] }
  readonly difference?: { readonly base: UsersetTreeNode; readonly subtract: UsersetTreeNode }
}
