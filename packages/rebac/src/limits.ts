/**
 * The bounds within which the evaluator works. Where OpenFGA has the same bound, the value is its default (1.22.1); the
 * others keep one question from holding the event loop longer than 50 ms.
 */

/** Tuples followed one after the other (OpenFGA: `resolveNodeLimit`). Computed relations on the same object are not counted. */
export const RESOLUTION_DEPTH_LIMIT = 25

/**
 * Work one question may do, in steps of roughly 0.1 to 0.5 µs: a node visited, a tuple looked at, a unit of condition
 * cost. OpenFGA bounds the same by a deadline; a count is the same on every machine.
 */
export const STEP_BUDGET = 150_000

/**
 * Work that one part of a list may do, in the same steps. Those of a list cost about twice as much (0.25 to 0.4 µs): names are put
 * together and kept. Whoever wants the rest goes on with the list's cursor.
 */
export const LIST_STEP_BUDGET = 60_000

/**
 * Rewrites that one question may fold into plans it is the first to need: half a microsecond each. What it has made stays, so that the
 * questions after it go on from there. Only models of hundreds of relations that each lead to all others come near.
 */
export const PLANNING_BUDGET = 40_000

/** Nested calls of the general evaluator: depth times computed relations in a chain. Above it V8's stack is in danger. */
export const CALL_DEPTH_LIMIT = 1_500

/** How long a calculation that lasts holds the event loop at a time; a piece of it comes on top, a few milliseconds. */
export const SLICE_MILLISECONDS = 15

/** Types of a model (OpenFGA: `MaxTypesPerAuthorizationModel`). */
export const MODEL_TYPES_LIMIT = 100
/** Bytes of a model as JSON. OpenFGA allows 256 KiB as protobuf, which is shorter than JSON: 396 KB of JSON were seen to pass. */
export const MODEL_BYTES_LIMIT = 768 * 1024
/** Conditions of a model (OpenFGA's API schema). */
export const MODEL_CONDITIONS_LIMIT = 25
/** Bytes of a condition's expression (OpenFGA's API schema). */
export const CONDITION_EXPRESSION_BYTES_LIMIT = 512
/** Parameters of a condition (OpenFGA's API schema). */
export const CONDITION_PARAMETERS_LIMIT = 25
/** How deep rewrites nest inside one relation. OpenFGA has no such bound; no model made by hand comes near. */
export const REWRITE_NESTING_LIMIT = 64

/**
 * Cost of one evaluation of a condition: one unit for each iteration, and for each use of a variable or of what a call made one,
 * plus one for each element and every 8 characters in it; the dearer functions cost more. OpenFGA's limit is 100 units of CEL's own cost model, which is stricter.
 */
export const CONDITION_COST_LIMIT = 20_000
/** Cost of a `matches`: characters of the text times length of the pattern with its repetitions written out, and reading the pattern (`match-cost.ts`). */
export const MATCH_COST_LIMIT = 2_000_000
/** Of those, what one unit of `CONDITION_COST_LIMIT` pays for: 3 to 10 ns each were measured. */
export const MATCH_COST_PER_UNIT = 100
/** Characters compared by `contains`, at worst text times part, that one unit of `CONDITION_COST_LIMIT` pays for. */
export const SEARCH_COST_PER_UNIT = 1_000
/** Cost of reading an expression that a tuple brings, for each byte: 4 to 9 µs were measured. Once read, it is known for a while. */
export const EXPRESSION_COST_PER_BYTE = 12
/** How deep lists and maps nest in a context. OpenFGA's JSON reader stops at 10,000; nothing sensible comes near 100. */
export const CONTEXT_DEPTH_LIMIT = 100
/** Values in a whole context: more than the largest body of OpenFGA's wire can hold. It ends a context that contains itself. */
export const CONTEXT_VALUES_LIMIT = 400_000
/** Members, elements and every 8 characters of one parameter's value: a larger one could not be used (`CONDITION_COST_LIMIT`). */
export const CONTEXT_SIZE_LIMIT = 20_000

/** Tuples that a suggestion of `explain` may change. */
export const SUGGESTION_TUPLES_LIMIT = 3
/**
 * Steps that `explain` may take for the path or the tree, apart from the question itself. Question, tree, changes and their ranking
 * together stay under 50 ms.
 */
export const EXPLANATION_STEP_BUDGET = 100_000
/** Steps that `explain` may take to find changes, to try them and to rank them. */
export const SUGGESTION_STEP_BUDGET = 100_000
/** Nodes of the tree that `explain` gives for a denial. */
export const EXPLANATION_NODES_LIMIT = 500
