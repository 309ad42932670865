import { setImmediate as callLater } from "node:timers"
import { setImmediate } from "node:timers/promises"

/** What runs at once before others get their turn: well under the 50 ms that nothing may hold the event loop. */
const sliceMilliseconds = 15

/** Gives others a turn where this has run for a slice. */
export class TimeSlices {
  #started = performance.now()

  /** True where the slice is used up. */
  get isOver(): boolean {
    return performance.now() - this.#started > sliceMilliseconds
  }

  /** Lets everything else run that waits for it. */
  async rest(): Promise<void> {
    await setImmediate()
    this.#started = performance.now()
  }
}

/**
 * How long answers have been given in one turn of the event loop. Whoever asks and awaits in a circle runs in microtasks alone, and
 * nothing else would ever get its turn: no poll either.
 */
export class LoopTurn {
  #began = 0
  #isNoted = false
  #queue: Promise<void> = Promise.resolve()

  /** True where this turn has lasted for a slice since this was first asked in it. */
  get isOver(): boolean {
    if (this.#isNoted) return performance.now() - this.#began > sliceMilliseconds
    this.#isNoted = true
    this.#began = performance.now()
    callLater(() => {
      this.#isNoted = false
    })
    return false
  }

  /** Waits for a turn that is not over, behind all who wait already; everything else that waits for a turn gets one before. */
  wait(): Promise<void> {
    this.#queue = this.#queue.then(() => (this.isOver ? setImmediate() : undefined))
    return this.#queue
  }
}
