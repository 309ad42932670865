import { SLICE_MILLISECONDS } from "./limits.ts"
import { Turns } from "./turns.ts"

/** A calculation that yields wherever others may have their turn, each time after a millisecond or a few, and returns its result. */
export type Pieces<Result> = Generator<void, Result>

/** Carries a calculation out in one go. */
export function runAtOnce<Result>(pieces: Pieces<Result>): Result {
  for (;;) {
    const step = pieces.next()
    if (step.done === true) return step.value
  }
}

/** Carries a calculation out while everything else that waits gets its turn: before it, and then after each slice. */
export async function runInTurns<Result>(pieces: Pieces<Result>): Promise<Result> {
  const turns = new Turns(SLICE_MILLISECONDS)
  // Whoever calls may have worked in this turn already.
  await turns.next()
  for (;;) {
    const step = pieces.next()
    if (step.done === true) return step.value
    if (turns.isOver) await turns.next()
  }
}
