import type { Clock } from "@gatehouse/kernel"

/** A moment by both clocks of this machine, in milliseconds. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

/** Now, by both clocks. */
export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonicMilliseconds(), wall: clock.nowMilliseconds() }
}

/** How long ago that was: the greater by both clocks, for a suspended machine stops the monotonic one and the other may be set. */
export function millisecondsSince({ monotonic, wall }: Moment, clock: Clock): number {
  const now = momentOf(clock)
  return Math.max(now.monotonic - monotonic, now.wall - wall)
}
