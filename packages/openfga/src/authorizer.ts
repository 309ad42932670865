import type { PartHealth } from "@gatehouse/kernel"
import type { Explanation, RelationshipTuple } from "@gatehouse/rebac"

/**
 * How much an answer must know. `minimize_latency` (also where nothing is said): what was true at most a second ago.
 * `after_call`: every write acknowledged before the call, wherever it is answered. `higher_consistency`: the same, answered
 * by the server itself.
 */
export type Consistency = "minimize_latency" | "after_call" | "higher_consistency"

/**
 * One question: has `user` the relation to `object`? `user` may be an object, a wildcard (`user:*`) or a userset
 * (`group:a#member`).
 */
export interface CheckQuery {
  readonly user: string
  readonly relation: string
  readonly object: string
  /** Tuples that hold for this question alone, at most 100; held to the model's restrictions like stored ones. */
  readonly contextualTuples?: readonly RelationshipTuple[] | undefined
  /** Values for the parameters of conditions. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly consistency?: Consistency | undefined
}

/** What `check` answers. */
export interface CheckOutcome {
  readonly allowed: boolean
}

/** Which objects of a type does `user` have the relation to? */
export interface ListObjectsQuery {
  readonly user: string
  readonly relation: string
  readonly type: string
  readonly contextualTuples?: readonly RelationshipTuple[] | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly consistency?: Consistency | undefined
}

/** `complete` is false where the list was cut by a limit or a deadline: more objects may pass. Objects have no order. */
export interface ListObjectsOutcome {
  readonly objects: string[]
  readonly complete: boolean
}

/** Which users of one kind have the relation to `object`? */
export interface ListUsersQuery {
  readonly object: string
  readonly relation: string
  /** The kind: users of a type, or, with a relation, usersets of that relation. */
  readonly filter: { readonly type: string; readonly relation?: string | undefined }
  readonly contextualTuples?: readonly RelationshipTuple[] | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly consistency?: Consistency | undefined
}

/**
 * `type:id`, `type:*` (everyone of the type, even where someone is excluded) or `type:id#relation`, in no order.
 * `complete` is false where the list was cut by a limit or a deadline: more users may pass.
 */
export interface ListUsersOutcome {
  readonly users: string[]
  readonly complete: boolean
}

/**
 * Which stored tuples? Left empty, all. `object` may be a type alone, written `project:`, if `user` is given too.
 * `relation` narrows.
 */
export interface ReadFilter {
  readonly user?: string | undefined
  readonly relation?: string | undefined
  readonly object?: string | undefined
  readonly consistency?: Consistency | undefined
}

/** Tuples to add and to remove in one transaction. At most 100 together. */
export interface TupleChange {
  readonly writes?: readonly RelationshipTuple[] | undefined
  readonly deletes?: readonly Pick<RelationshipTuple, "user" | "relation" | "object">[] | undefined
  /** What a tuple that exists already does: refuse the whole change (`error`, the default) or nothing (`ignore`). */
  readonly onDuplicate?: "error" | "ignore" | undefined
  /** What a tuple that does not exist does when it is to be removed; default `error`. */
  readonly onMissing?: "error" | "ignore" | undefined
}

/**
 * Answers permission questions on one store and one model. Whatever goes wrong on the way (no answer in time, an answer
 * that is not exactly of the wire's form, the server's own error) throws `authz.unavailable` or a more exact code of the
 * areas `authz` and `openfga`: never an allow.
 */
export interface Authorizer {
  check(query: CheckQuery): Promise<CheckOutcome>
  /** Answers in the order of the questions, in batches of 50 at most. One question that fails makes the call fail. */
  batchCheck(queries: readonly CheckQuery[]): Promise<CheckOutcome[]>
  listObjects(query: ListObjectsQuery): Promise<ListObjectsOutcome>
  listUsers(query: ListUsersQuery): Promise<ListUsersOutcome>
  /** Stored tuples page by page. A tuple written or removed meanwhile may or may not appear. */
  read(filter?: ReadFilter): AsyncIterable<RelationshipTuple>
  /**
   * All of it or nothing, durable when it returns. Throws `openfga.tuple_exists_or_missing` where `onDuplicate` or
   * `onMissing` say so, `openfga.tuple_refused` where the model does not allow a tuple.
   */
  write(change: TupleChange): Promise<void>
  /**
   * Why the answer is what it is: the reachable part of the tuples is read over the wire, within a named bound
   * (`openfga.explanation_too_large` beyond it), and evaluated in process.
   */
  explain(query: CheckQuery): Promise<Explanation>
  health(): Promise<PartHealth>
}
