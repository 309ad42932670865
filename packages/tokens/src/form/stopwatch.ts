import type { Clock } from "@gatehouse/kernel"

/**
 * Starts to measure; the returned function gives the milliseconds since. The greater of both clocks counts: a suspended
 * machine stops the monotonic one, and the wall clock may be set back.
 */
export function startStopwatch(clock: Clock): () => number {
  const wall = clock.nowMilliseconds()
  const monotonic = clock.monotonicMilliseconds()
  return () => Math.max(clock.nowMilliseconds() - wall, clock.monotonicMilliseconds() - monotonic)
}
