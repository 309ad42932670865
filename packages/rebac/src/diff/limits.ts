/**
 * Work of one comparison: a unit for each question asked of a model, and one for each object that a list gives. Twenty million take
 * about a minute; a comparison that needs more says that it is incomplete.
 */
export const DIFF_WORK_BUDGET = 20_000_000
/** Changes that one comparison keeps: more than a person reads, and a few tens of megabytes. */
export const DIFF_CHANGES_LIMIT = 100_000
/** Tuples that one comparison names as valid under one model alone. Beyond, they are counted. */
export const DIFF_TUPLES_LIMIT = 1_000
