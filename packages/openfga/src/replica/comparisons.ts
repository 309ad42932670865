import { isGatehouseError } from "@gatehouse/kernel"
import { compareTuples } from "./compare-tuples.ts"
import type { StoreFollower } from "./follow-store.ts"
import type { ReplicaAlarm, ReplicaComparison, ReplicaLogger, ReplicaTimings } from "./replica-options.ts"

/** A comparison that came to nothing, with the server out of reach or the replica behind, is tried again after this part of the time. */
const retryPart = 1 / 10

/** What comparisons work with. */
export interface ComparisonsOptions {
  readonly follower: StoreFollower
  readonly timings: ReplicaTimings
  readonly logger: ReplicaLogger | undefined
  readonly onAlarm: ((alarm: ReplicaAlarm) => void) | undefined
}

/** Compares memory with the store from time to time, and raises the alarm where they differ. */
export class Comparisons {
  readonly #options: ComparisonsOptions
  #timer: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ComparisonsOptions) {
    this.#options = options
    this.#plan(options.timings.comparisonMilliseconds)
  }

  /** Compares now, after one that runs. */
  compare(): Promise<ReplicaComparison> {
    const comparison = this.#last.then(() => this.#compare())
    this.#last = comparison.catch(() => undefined)
    return comparison
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #plan(milliseconds: number): void {
    this.#timer = setTimeout(async () => {
      const { follower, timings } = this.#options
      const compared = await this.#tryToCompare()
      if (follower.state === "stopped") return
      this.#plan(timings.comparisonMilliseconds * (compared ? 1 : retryPart))
    }, milliseconds)
    this.#timer.unref()
  }

  async #tryToCompare(): Promise<boolean> {
    if (this.#options.follower.usable === undefined) return false
    try {
      await this.compare()
      return true
    } catch (error) {
      const reason = isGatehouseError(error) ? error.details : { reason: String(error) }
      this.#options.logger?.warn(reason, "the replica could not be compared with the store")
      return false
    }
  }

  async #compare(): Promise<ReplicaComparison> {
    const { follower, logger, onAlarm } = this.#options
    const comparison = await compareTuples(follower)
    const { missing, extra, objectTypes } = comparison
    if (missing + extra > 0) {
      logger?.error({ missing, extra, objectTypes }, "the replica differed from the store, and was repaired")
      onAlarm?.({ missing, extra, objectTypes })
    }
    return comparison
  }
}
