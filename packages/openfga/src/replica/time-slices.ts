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
