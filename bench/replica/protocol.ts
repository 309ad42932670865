import type { TupleChange } from "@gatehouse/openfga"
import type { CheckQuery } from "@gatehouse/rebac"

/** The store that a replica follows. */
export interface Target {
  readonly url: string
  readonly credential: string
  readonly storeId: string
  readonly modelId: string
}

/** What the parent asks of a replica's process, one at a time. */
export type Command =
  | { readonly kind: "load" }
  | { readonly kind: "read_all" }
  | { readonly kind: "wait_for"; readonly query: CheckQuery; readonly allowed: boolean }
  | { readonly kind: "compare" }
  | { readonly kind: "write"; readonly change: TupleChange }

/** What it measured. `at` is in nanoseconds of the machine's monotonic clock. */
export interface Outcome {
  readonly seconds?: number
  readonly bytes?: number
  readonly tuples?: number
  readonly differences?: number
  /** The longest that the event loop was held meanwhile. */
  readonly holdMilliseconds?: number
  readonly at?: number
  readonly failure?: string
}
