/** Where time comes from, so that tests can move it. */
export interface Clock {
  /** Wall clock: milliseconds since the Unix epoch. May jump. */
  nowMilliseconds(): number
  /** Monotonic clock: milliseconds since some start; never goes back, and stands still while the machine is suspended. */
  monotonicMilliseconds(): number
}

/** The machine's clocks. */
export const systemClock: Clock = Object.freeze({
  nowMilliseconds: () => Date.now(),
  monotonicMilliseconds: () => performance.now(),
})

/** Wall clock in whole seconds, the unit of every JWT time claim (RFC 7519 section 2, NumericDate). */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock.nowMilliseconds() / 1000)
}

/** A clock for tests: both times start at `startMilliseconds` and move only by `advance`. */
export function createManualClock(startMilliseconds = 0): Clock & { advance(milliseconds: number): void } {
  let now = startMilliseconds
  return {
    nowMilliseconds: () => now,
    monotonicMilliseconds: () => now,
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}
