import type { ExplainQuery, Explanation } from "./explanation.ts"
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

/**
 * Answers questions about one model and one store, in process. Every method throws `GatehouseError`:
 * `rebac.invalid_request`, `rebac.type_not_found`, `rebac.relation_not_found`, `rebac.invalid_tuple` (a contextual one) for a
 * question the model does not know, `rebac.resolution_too_complex` over depth or budget, `rebac.condition_failed` where a
 * condition that matters lacks a parameter. An exception is a denial.
 */
export interface Evaluator {
  check(query: CheckQuery): CheckAnswer
  listObjects(query: ListObjectsQuery): ListObjectsAnswer
  listUsers(query: ListUsersQuery): ListUsersAnswer
  expand(query: ExpandQuery): { readonly root: UsersetTreeNode }
  /** Why a check answers as it does, and for a denial the smallest change that would allow it. */
  explain(query: ExplainQuery): Explanation
}
