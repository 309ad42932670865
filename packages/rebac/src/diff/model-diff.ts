import type { RelationshipTuple } from "../relationship-tuple.ts"

/** What a check comes to under one model; `undecided` where a condition lacks a parameter, or the answer lies too deep. */
export type Verdict = "allowed" | "denied" | "undecided"

/** One object on which a user's relation changes. */
export interface AccessChange {
  readonly object: string
  readonly before: Verdict
  readonly after: Verdict
  /** True where tuples with a condition made the difference: without them both models' answers would be other ones. */
  readonly conditional: boolean
}

/** What one user gains and loses through one relation of one type. Objects are in the order of their names. */
export interface AccessGroup {
  readonly type: string
  readonly relation: string
  /** `type:id`, a userset `type:id#relation`, or `type:*` for everyone of the type, whether a tuple names them or not. */
  readonly user: string
  /** Denied before, allowed after. */
  readonly gains: readonly AccessChange[]
  /** Allowed before, denied after. */
  readonly losses: readonly AccessChange[]
  /** At least one of both answers is not known. */
  readonly undecided: readonly AccessChange[]
}

/** A relation of a type. */
export interface RelationName {
  readonly type: string
  readonly relation: string
}

/** A tuple that a model does not allow, and why, in OpenFGA's words. */
export interface RefusedTuple {
  readonly tuple: RelationshipTuple
  readonly reason: string
}

/** Tuples that a model does not allow: it answers as if they were not there. */
export interface TupleChanges {
  /** In the order of the tuples; the first thousand. */
  readonly tuples: readonly RefusedTuple[]
  readonly count: number
}

/** How two models differ in what they allow over the same tuples. */
export interface ModelDiff {
  /** Types that one model alone has, in the order of their names. */
  readonly types: { readonly added: readonly string[]; readonly removed: readonly string[] }
  /** Relations that one model alone has, those of added and removed types included, by type and name. */
  readonly relations: {
    readonly added: readonly RelationName[]
    readonly removed: readonly RelationName[]
  }
  /** Relations of both models whose answers may differ: their definition, or one that it rests on, is another. */
  readonly affected: readonly RelationName[]
  /** Who gains and who loses what, by type, relation and user. A relation that one model alone has is held by nobody in the other. */
  readonly groups: readonly AccessGroup[]
  /** Changes in all groups together, and those beyond the limit. */
  readonly counts: { readonly gains: number; readonly losses: number; readonly undecided: number }
  readonly tuples: {
    /** The old model allows them and the new one does not: they stop counting. */
    readonly dropped: TupleChanges
    /** The new model allows them and the old one does not: they begin to count. */
    readonly revived: TupleChanges
    /** Neither model allows them: they count for nothing in this comparison. Many of them mean the wrong tuples. */
    readonly ignored: TupleChanges
  }
  /** The users and objects that were compared: those that the tuples name. */
  readonly universe: { readonly users: number; readonly objects: number }
  /** False where the budget ended the comparison, or more changed than is kept: there may be more changes. */
  readonly complete: boolean
}

/** How models are to be compared. */
export interface DiffOptions {
  /** Values for condition parameters, as a question would carry them. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
  /** Units of work, by default `DIFF_WORK_BUDGET`. */
  readonly workBudget?: number | undefined
  /** Changes to keep, by default `DIFF_CHANGES_LIMIT`. */
  readonly changesLimit?: number | undefined
}
