/** Integers of a head. */
export const HEAD = 4
/** In a head: entries of the row; below 0, `longRows[-1 - entries]` has them. */
export const COUNT = 0
/** In a head: where the row begins in `pool`; for a row of one entry, its class. */
export const START = 1
/** In a head: for a row of one entry, its neighbour. */
export const ONLY_NEIGHBOUR = 2
/** In a head: free for whoever owns the rows. */
export const NOTE = 3
