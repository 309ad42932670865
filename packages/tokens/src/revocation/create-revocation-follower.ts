import { setTimeout as pause } from "node:timers/promises"
import { assert, systemClock } from "@gatehouse/kernel"
import { startStopwatch } from "../form/stopwatch.ts"
import { createRevocationList, type RevocationListOptions } from "./create-revocation-list.ts"
import type { RevocationEvent, RevocationFeed } from "./revocation-feed.ts"

/** A revocation reaches every verifier within a second (PRODUCT.md), so polls are at most this far apart. */
const maximumRevocationPollMilliseconds = 250
/** Above this much time since the last complete poll began, the follower is not ready and every token is refused. */
const maximumRevocationLagMilliseconds = 1_000
/** How long one page may take before the poll is given up. */
const pageTimeoutMilliseconds = 800

/** One answer of the feed. */
export interface RevocationPage {
  readonly events: readonly RevocationEvent[]
  /** Where the next read continues; opaque. */
  readonly next: string
  /** True where nothing more was there when this page was read. */
  readonly complete: boolean
}

/** Where revocations are read and how often. */
export interface RevocationFollowerOptions extends RevocationListOptions {
  /** Reads on after `cursor`; undefined reads from the oldest event that can still matter. */
  readonly fetchEvents: (cursor: string | undefined, signal: AbortSignal) => Promise<RevocationPage>
  readonly pollMilliseconds?: number
}

/** A revocation feed that follows another by polling. */
export interface RevocationFollower extends RevocationFeed {
  /** Resolves once everything was replayed for the first time. */
  readonly replayed: Promise<void>
  close(): Promise<void>
}

/**
 * Follows a feed from its beginning. Ready once a poll has come to the end, and for at most
 * `maximumRevocationLagMilliseconds` after the last poll that did began: what was revoked meanwhile is not known here.
 */
export function createRevocationFollower(options: RevocationFollowerOptions): RevocationFollower {
  const { fetchEvents, pollMilliseconds = maximumRevocationPollMilliseconds, clock = systemClock } = options
  assert(
    pollMilliseconds > 0 && pollMilliseconds <= maximumRevocationPollMilliseconds,
    "a revocation feed is polled at least four times a second",
  )
  const list = createRevocationList(options)
  const replayed = Promise.withResolvers<void>()
  const stop = new AbortController()
  let cursor: string | undefined
  let sinceComplete: (() => number) | undefined

  async function poll(): Promise<void> {
    const began = startStopwatch(clock)
    for (let complete = false; !complete; ) {
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(pageTimeoutMilliseconds)])
      const page = await orAborted(fetchEvents(cursor, signal), signal)
      for (const event of page.events) list.add(event)
      cursor = page.next
      complete = page.complete
    }
    sinceComplete = began
    replayed.resolve()
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      // A failed poll needs no handling of its own: the lag grows, and past its bound the follower is not ready.
      await poll().catch(() => undefined)
      await pause(pollMilliseconds, undefined, { ref: false, signal: stop.signal }).catch(() => undefined)
    }
  }

  const ended = follow()
  return {
    ready: () =>
      sinceComplete !== undefined && sinceComplete() <= maximumRevocationLagMilliseconds && list.ready(),
    isRevoked: (token) => list.isRevoked(token),
    replayed: replayed.promise,
    async close() {
      stop.abort()
      await ended
    },
  }
}

/** The result, or a rejection once the signal fires, whether or not the work heeds it. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener("abort", abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
  })
}
