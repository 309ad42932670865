import { type Clock, isGatehouseError } from "@gatehouse/kernel"
import type { CompiledModel, RelationshipTuple } from "@gatehouse/rebac"
import { unavailable } from "../wire-client.ts"
import type { SeenChanges } from "./change-window.ts"
import type { FeedReader } from "./feed-reader.ts"
import { loadTuples } from "./load-tuples.ts"
import { type Moment, millisecondsSince, momentOf } from "./moments.ts"
import { pollFeed } from "./poll-feed.ts"
import { PollSignals } from "./poll-signals.ts"
import type { ReplicaLogger, ReplicaState, ReplicaTimings } from "./replica-options.ts"
import { ServerTimes, type TimeSighting } from "./server-times.ts"
import { keyOf } from "./tuple-identity.ts"
import { TupleMemory } from "./tuple-memory.ts"

/** Between tries to load, and between looks at a store that was deleted. */
const retryMilliseconds = 1_000

/** What a follower works with. */
export interface FollowerOptions {
  /** Makes what reads from the server; each answer's time is told to `onSighting`. */
  readonly createReader: (onSighting: (sighting: TimeSighting) => void) => FeedReader
  readonly readModel: () => Promise<CompiledModel>
  readonly clock: Clock
  readonly timings: ReplicaTimings
  readonly logger: ReplicaLogger | undefined
}

/** Keeps a store's tuples in memory: loads them, then follows the feed poll by poll, for as long as it runs. */
export class StoreFollower {
  readonly reader: FeedReader
  readonly signals = new PollSignals()
  readonly #ready = Promise.withResolvers<void>()
  readonly #options: FollowerOptions
  #memory: TupleMemory | undefined
  #seen: SeenChanges = new Map()
  #times: ServerTimes | undefined
  #lastSighting: TimeSighting | undefined
  /** When the last complete poll began, or before it the load: from there on the feed has to be read. */
  #followedTo: Moment | undefined
  #windowStart = Number.NEGATIVE_INFINITY
  /** When the last complete poll began: what memory says was true then or later. */
  #trueAt: Moment | undefined
  /** When the store was last asked for and found. */
  #seenThereAt: Moment | undefined
  #looking: Promise<void> | undefined
  /** Own writes that were acknowledged and could not be put in. */
  readonly #forced = new Map<string, RelationshipTuple>()
  #mixed = false
  #gone = false
  #stopped = false
  #reload = false
  #failures = 0
  loads = 0

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#ready.promise.catch(() => undefined)
    const reader = options.createReader((sighting) => {
      this.#lastSighting = sighting
      this.#times?.record(sighting)
    })
    this.reader = {
      ...reader,
      lookAtStore: async () => {
        const asked = momentOf(options.clock)
        const isThere = await reader.lookAtStore()
        if (isThere) this.#seenThereAt = asked
        return isThere
      },
    }
  }

  get state(): ReplicaState {
    if (this.#stopped) return "stopped"
    if (this.#gone) return "gone"
    if (this.#trueAt === undefined) return "loading"
    return this.usable === undefined ? "behind" : "following"
  }

  /** Since the beginning of the last complete poll; undefined before the first. */
  get lagMilliseconds(): number | undefined {
    return this.#trueAt === undefined ? undefined : millisecondsSince(this.#trueAt, this.#options.clock)
  }

  /** What is in memory, whatever it is worth. */
  get memory(): TupleMemory | undefined {
    return this.#memory
  }

  /** The memory to answer from; undefined where it says nothing certain about the last second. */
  get usable(): TupleMemory | undefined {
    const lag = this.lagMilliseconds
    const current = lag !== undefined && lag <= this.#options.timings.maximumLagMilliseconds
    const whole = !this.#mixed && this.#forced.size === 0
    return current && whole && !this.#gone && !this.#stopped ? this.#memory : undefined
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { clock, timings } = this.#options
    while (!this.#stopped) {
      const began = momentOf(clock)
      const done = await this.step(began)
      if (this.#stopped) return
      const took = clock.monotonicMilliseconds() - began.monotonic
      if (done) await this.signals.pause(timings.pollMilliseconds - took)
      else await this.signals.rest(this.#memory === undefined ? retryMilliseconds : timings.pollMilliseconds)
    }
  }

  /** Resolves when memory can be used for the first time. Throws `authz.unavailable` where it is stopped before. */
  ready(): Promise<void> {
    return this.#ready.promise
  }

  stop(): void {
    this.#stopped = true
    this.#ready.reject(unavailable("closed"))
    this.signals.stop()
    this.#memory = undefined
  }

  /**
   * For whoever is about to ask the server, which goes on answering for a deleted store: throws `authz.unavailable` where the store
   * was not there within the lag that is allowed. Polls look at it, but loads and polls may last.
   */
  async requireStore(): Promise<void> {
    const { clock, timings } = this.#options
    if (this.#stopped) throw unavailable("closed")
    if (this.#gone) throw unavailable("store_deleted")
    const seen = this.#seenThereAt
    if (seen !== undefined && millisecondsSince(seen, clock) <= timings.maximumLagMilliseconds) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  async #look(): Promise<void> {
    if (!(await this.reader.lookAtStore())) this.#lose()
  }

  /** Settles a tuple with the next poll; until then memory is not used. */
  force(tuple: RelationshipTuple): void {
    this.#forced.set(keyOf(tuple), tuple)
  }

  /** Loads from the beginning at the next opportunity. */
  reload(): void {
    this.#reload = true
  }

  /** Loads or polls once. False where the server did not say enough; it is tried again from the same place. */
  async step(began: Moment): Promise<boolean> {
    const { logger } = this.#options
    try {
      if (this.#memory === undefined || this.#reload) await this.#load(began)
      else await this.#poll(began)
      if (this.#failures > 0) logger?.info({ failures: this.#failures }, "the replica follows the feed again")
      this.#failures = 0
      return true
    } catch (error) {
      this.#failures++
      const reason = isGatehouseError(error) ? error.details : { reason: String(error) }
      if (this.#failures === 1 && !this.#stopped) logger?.warn(reason, "the replica cannot follow the feed")
      return false
    }
  }

  async #load(began: Moment): Promise<void> {
    const { clock, logger } = this.#options
    // The old tuples go before the new ones come: memory holds one copy.
    this.#memory = undefined
    this.#trueAt = undefined
    this.#followedTo = began
    this.#forced.clear()
    if (!(await this.reader.lookAtStore())) return this.#lose()
    // What an earlier memory saw of the server's clock still counts: a jump before this load is not forgotten.
    this.#times ??= this.#firstTimes()
    this.#times.forgetBefore(began.monotonic)
    this.#windowStart = this.#times.windowStart(began.monotonic)
    const memory = new TupleMemory(await this.#options.readModel())
    if (this.#stopped) return
    this.#memory = memory
    this.#reload = false
    try {
      this.#seen = await loadTuples(this.reader, memory, this.#windowStart)
    } catch (error) {
      this.#memory = undefined
      throw error
    }
    this.#gone = false
    this.loads++
    const milliseconds = Math.round(clock.monotonicMilliseconds() - began.monotonic)
    logger?.info({ tuples: memory.tuples.size, milliseconds }, "the replica has loaded the tuples")
    await this.#poll(momentOf(clock))
  }

  #firstTimes(): ServerTimes {
    const first = this.#lastSighting
    if (first === undefined) throw unavailable("unexpected_answer")
    return new ServerTimes(first, this.#options.timings.overlapMilliseconds)
  }

  async #poll(began: Moment): Promise<void> {
    const memory = this.#memory
    const times = this.#times
    const followedTo = this.#followedTo
    if (memory === undefined || times === undefined || followedTo === undefined) return
    const windowStart = times.windowStart(followedTo.monotonic)
    const signal = this.signals.begin()
    const forced = new Map(this.#forced)
    try {
      const outcome = await pollFeed({
        reader: this.reader,
        memory,
        windowStart,
        seen: this.#seen,
        reachesBack: windowStart < this.#windowStart,
        forced,
        onMixedState: () => {
          this.#mixed = true
        },
      })
      if (outcome.kind === "complete") {
        // Only its own answers tell that the clock was set back since the last ones: then this window began too late.
        if (times.windowStart(followedTo.monotonic) < windowStart) throw unavailable("server_clock_set_back")
        this.#seen = outcome.seen
        this.#windowStart = windowStart
        this.#followedTo = began
        this.#trueAt = began
        this.#mixed = false
        for (const [key, tuple] of forced) if (this.#forced.get(key) === tuple) this.#forced.delete(key)
        times.forgetBefore(began.monotonic)
        signal.complete()
        if (this.usable !== undefined) this.#ready.resolve()
        return
      }
      if (outcome.kind === "gone") this.#lose()
      else {
        this.#options.logger?.warn({ tuples: memory.tuples.size }, "too many changes: the replica loads anew")
        this.#reload = true
      }
      signal.failed()
    } catch (error) {
      signal.failed()
      throw error
    }
  }

  #lose(): never {
    if (!this.#gone)
      this.#options.logger?.error({}, "the store of the replica was deleted: everything is refused")
    this.#gone = true
    this.#memory = undefined
    this.#trueAt = undefined
    throw unavailable("store_deleted")
  }
}
