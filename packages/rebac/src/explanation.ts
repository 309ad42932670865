import type { CheckQuery } from "./queries.ts"
import type { RelationshipTuple } from "./relationship-tuple.ts"

/** Asks why a check answers as it does. */
export interface ExplainQuery extends CheckQuery {
  /** At most so many suggestions, the narrowest first; 5 without it. */
  readonly suggestions?: number | undefined
  /** Which tuples may be suggested for adding; all where it is absent. Tuples that are never stored are not worth suggesting. */
  readonly mayAdd?: ((tuple: RelationshipTuple) => boolean) | undefined
}

/** One step from the asked relation towards the user: a tuple that counted, or a rewrite that led on. */
export type PathStep =
  | { readonly kind: "tuple"; readonly tuple: RelationshipTuple; readonly contextual: boolean }
  | { readonly kind: "computed"; readonly object: string; readonly relation: string; readonly from: string }
  | { readonly kind: "identity"; readonly object: string; readonly relation: string }
  | { readonly kind: "not"; readonly object: string; readonly relation: string; readonly excluded: string }

/** What was tried for a denial. `outcome` is what this part came to; `error` counts as a denial. */
export interface TriedNode {
  readonly rule: "direct" | "computed" | "tuple_to_userset" | "union" | "intersection" | "exclusion"
  readonly object: string
  readonly relation: string
  readonly outcome: "true" | "false" | "cycle" | "error"
  /** Tuples that led on from here, or that would have counted but for their condition. */
  readonly tuples?: readonly TriedTuple[]
  readonly children?: readonly TriedNode[]
  /** True where the tree was cut here for size; the outcome stands. */
  readonly cut?: boolean
}

/** A tuple that was looked at, and how its condition came out if it has one. */
export interface TriedTuple {
  readonly tuple: RelationshipTuple
  readonly contextual: boolean
  readonly condition?: {
    readonly name: string
    readonly outcome: "true" | "false" | "error"
    /** The values the condition's parameters had, as JSON; a missing one is absent. */
    readonly values: Readonly<Record<string, unknown>>
    readonly missing: readonly string[]
  }
}

/** A change that would turn the denial into an allow. */
export interface Suggestion {
  readonly add: readonly RelationshipTuple[]
  readonly remove: readonly RelationshipTuple[]
  /**
   * How much the change would open: relations of objects that the user did not hold before (of each relation at most ten objects are
   * counted), a thousandfold where it opens them to a userset or to everyone. Less is narrower.
   */
  readonly reach: number
}

/** The answer to a check with its reasons. */
export interface Explanation {
  readonly allowed: boolean
  /**
   * Where allowed: the shortest way from the relation to the user. Branches of an intersection follow each other; what an earlier one
   * proved is not repeated.
   */
  readonly path?: readonly PathStep[]
  /** Where denied: what was tried. */
  readonly tree?: TriedNode
  /** Where denied: the smallest changes that would allow it, at most three tuples each, smallest and narrowest first. */
  readonly suggestions: readonly Suggestion[]
  /** False where a budget ended the search: a smaller path or change may exist, or more was tried than the tree shows. */
  readonly complete: boolean
}
