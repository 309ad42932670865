import type { Moment } from "./moments.ts"

/** The server's time as one of its answers said it, in milliseconds, and between which of our moments that was. */
export interface TimeSighting {
  readonly server: number
  readonly asked: Moment
  readonly came: Moment
}

/** Sightings kept at most. Polls that fail for hours would otherwise pile them up. */
const maximumSightings = 1_000

/**
 * Where in the server's own time the next window of changes has to begin. The feed is ordered by the server's clock at the
 * moment when a change was asked for, so only that clock says how far back a late change may stand, and it may jump. Our own
 * clocks only measure how long ago something was.
 *
 * What the last complete poll did not see was committed after that poll began, and was asked for at most `overlap` before. So
 * the window begins at the least time that the server's clock can have shown since then: the least of what was seen, and
 * between two sightings, of what lies behind the later one if the clock was set back in between. An answer may have been long
 * on its way: between two is all from the moment when the earlier was asked for.
 */
export class ServerTimes {
  #sightings: TimeSighting[]
  readonly #overlapMilliseconds: number

  /** Begins with the first answer; how the clock went before it was asked for, nobody saw. */
  constructor(first: TimeSighting, overlapMilliseconds: number) {
    const { monotonic, wall } = first.asked
    const before = { monotonic: monotonic - overlapMilliseconds, wall: wall - overlapMilliseconds }
    const server = first.server - (first.came.monotonic - before.monotonic)
    this.#sightings = [{ server, asked: before, came: before }, first]
    this.#overlapMilliseconds = overlapMilliseconds
  }

  /** Takes note of an answer. In order of arrival. */
  record(sighting: TimeSighting): void {
    const last = this.#sightings.at(-1)
    if (this.#sightings.length >= maximumSightings && last !== undefined && sighting.server >= last.server)
      return
    this.#sightings.push(sighting)
  }

  /** Where the window begins that shows all that a complete poll, begun at `began` (monotonic), may not have seen. */
  windowStart(began: number): number {
    let earliest = Number.POSITIVE_INFINITY
    for (let index = this.#firstOf(began); index < this.#sightings.length; index++) {
      const sighting = this.#sightings[index] as TimeSighting
      earliest = Math.min(earliest, sighting.server)
      const next = this.#sightings[index + 1]
      if (next === undefined) break
      earliest = Math.min(earliest, next.server - (next.came.monotonic - sighting.asked.monotonic))
      // A machine that was suspended meanwhile measured too little; its wall clock counts where the server's went back.
      if (next.server < sighting.server)
        earliest = Math.min(earliest, next.server - (next.came.wall - sighting.asked.wall))
    }
    return earliest
  }

  /** Forgets what no window needs from a poll on that began at `began` (monotonic). */
  forgetBefore(began: number): void {
    this.#sightings = this.#sightings.slice(this.#firstOf(began))
  }

  /** The newest sighting that is older than the overlap, or the oldest there is. */
  #firstOf(began: number): number {
    const horizon = began - this.#overlapMilliseconds
    let first = 0
    while ((this.#sightings[first + 1]?.came.monotonic ?? Number.POSITIVE_INFINITY) <= horizon) first++
    return first
  }
}
