import type { Clock } from "@gatehouse/kernel"
import type { Authorizer } from "../authorizer.ts"
import type { RemoteAuthorizerOptions } from "../remote-authorizer.ts"

/** When the replica does what; milliseconds. The defaults are the bounds of ARCHITECTURE.md, "The replica". */
export interface ReplicaTimings {
  /** From the beginning of a poll to the beginning of the next; one that takes longer is followed at once. */
  readonly pollMilliseconds: number
  /** How long before a poll a change that it shows may have been given its place in the feed: request timeout and clock skew. */
  readonly overlapMilliseconds: number
  /** Since the beginning of the last complete poll: beyond it nothing is answered from memory. */
  readonly maximumLagMilliseconds: number
  /** From one full comparison to the next. */
  readonly comparisonMilliseconds: number
}

/** The bounds that hold where nothing else is said. */
export const defaultTimings: ReplicaTimings = Object.freeze({
  pollMilliseconds: 250,
  overlapMilliseconds: 10_000,
  maximumLagMilliseconds: 1_000,
  comparisonMilliseconds: 600_000,
})

/** Where the replica says what happens to it. A `Logger` of telemetry is one. Nothing here names a user or an object. */
export interface ReplicaLogger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** Which server, store and model is replicated, and within which bounds. */
export interface ReplicaAuthorizerOptions extends RemoteAuthorizerOptions {
  readonly clock?: Clock | undefined
  readonly logger?: ReplicaLogger | undefined
  /** A full comparison found what the feed had not said. It is repaired already; somebody should know. */
  readonly onAlarm?: ((alarm: ReplicaAlarm) => void) | undefined
  readonly timings?: Partial<ReplicaTimings> | undefined
}

/** What a full comparison found wrong, without ids: how many tuples of which types of objects. */
export interface ReplicaAlarm {
  /** Stored, but not in memory, or in memory under another condition. */
  readonly missing: number
  /** In memory, but not stored. */
  readonly extra: number
  readonly objectTypes: readonly string[]
}

/** What a full comparison came to. All zero: memory and store agree. */
export interface ReplicaComparison extends ReplicaAlarm {
  /** Stored tuples that were looked at. */
  readonly compared: number
}

/**
 * `loading`: not in memory yet, the server answers. `following`: answers from memory. `behind`: the last complete poll is too
 * old, the server answers. `gone`: the store was deleted, everything is refused. `stopped`: closed, everything is refused.
 */
export type ReplicaState = "loading" | "following" | "behind" | "gone" | "stopped"

/** How the replica is at this moment. */
export interface ReplicaStatus {
  readonly state: ReplicaState
  /** Since the beginning of the last complete poll; undefined before the first. */
  readonly lagMilliseconds: number | undefined
  /** Tuples in memory. */
  readonly tuples: number
  /** Tuples were loaded from the beginning so many times. */
  readonly loads: number
}

/**
 * An authorizer that answers from memory, fed by the server's change feed: what it says was true at most a second ago
 * (`maximumLagMilliseconds`). Where memory is no such answer the server is asked, and where that fails, the call throws
 * `authz.unavailable`.
 */
export interface ReplicaAuthorizer extends Authorizer {
  /** Resolves as soon as it answers from memory. Throws `authz.unavailable` where it is closed before. */
  ready(): Promise<void>
  status(): ReplicaStatus
  /** Compares memory with every stored tuple now, repairs what differs, and says what it was; paced, so it takes its time. */
  compare(): Promise<ReplicaComparison>
  close(): Promise<void>
}
