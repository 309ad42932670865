/**
 * What a part of a question came to. A cycle and an error are both "not known": neither is ever an allow, on whichever side of
 * an intersection or exclusion it stands. They are Kleene's third value in two colours.
 */
export const FALSE = 0
/** The user is related. */
export const TRUE = 1
/** The part leads back to itself and nothing else decides it. Asked at the top, it is a denial. */
export const CYCLE = 2
/** A condition could not be evaluated, or the depth was exceeded. Asked at the top, it is an error. */
export const ERROR = 3

/** Answer of one node: numbers, since hot paths compare them by the million. */
export type Verdict = typeof FALSE | typeof TRUE | typeof CYCLE | typeof ERROR

/** Holds where either holds. */
export function either(a: Verdict, b: Verdict): Verdict {
  if (a === TRUE || b === TRUE) return TRUE
  return a > b ? a : b
}

/** Holds where both hold. */
export function both(a: Verdict, b: Verdict): Verdict {
  if (a === FALSE || b === FALSE) return FALSE
  return a > b ? a : b
}

/** Holds where the part does not; what is not known stays so. */
export function negated(verdict: Verdict): Verdict {
  return verdict === FALSE ? TRUE : verdict === TRUE ? FALSE : verdict
}
