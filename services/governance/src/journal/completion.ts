import { GatehouseError } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { Journal, PendingChange } from "./journal.ts"

/** How long after a first failure a change is tried again; an engine that restarts takes a few seconds. */
const retryMilliseconds = 5_000
/** Each further failure doubles the pause up to ten minutes: every attempt leaves an audit record. */
const longestRetryFactor = 120

/** Carries out changes to outside engines until they are done. */
export interface Completion {
  /**
   * Carries out a change within the request that asked for it, and strikes it out. Where that fails, throws
   * `governance.incomplete` and goes on trying in the background.
   */
  now<Result>(entry: PendingChange, run: () => Promise<Result>): Promise<Result>
  /** Completes what an earlier process left, as the service itself. What fails is tried again in the background. */
  resume(): Promise<void>
  /** Ends the trying, after the attempts under way. */
  close(): Promise<void>
}

/** What completes pending changes and how long it waits between tries. */
export interface CompletionOptions {
  readonly journal: Journal
  /** Carries out a pending change anew, as the service itself; every step may have been done already. */
  readonly complete: (entry: PendingChange) => Promise<void>
  readonly logger: Logger
  readonly retryMilliseconds?: number
}

/** Completes changes that a crash or a failing server left half done, until they succeed or it is closed. */
export function createCompletion(options: CompletionOptions): Completion {
  const { journal, complete, logger } = options
  const delay = options.retryMilliseconds ?? retryMilliseconds
  const timers = new Set<NodeJS.Timeout>()
  const underWay = new Set<Promise<void>>()
  let closed = false

  const later = (entry: PendingChange, failures: number) => {
    if (closed) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        void attemptNow(entry, failures)
      },
      delay * Math.min(2 ** (failures - 1), longestRetryFactor),
    )
    timer.unref()
    timers.add(timer)
  }
  /** Begins an attempt that `close` waits for. */
  const attemptNow = (entry: PendingChange, failures: number) => {
    const attempt = completeOrRetry(entry, failures).finally(() => underWay.delete(attempt))
    underWay.add(attempt)
    return attempt
  }
  const completeOrRetry = async (entry: PendingChange, failures: number) => {
    try {
      await complete(entry)
      await journal.strike(entry.id)
      logger.info({ changeId: entry.id, kind: entry.change.kind }, "a pending change was completed")
    } catch (error) {
      logger.warn({ err: error, changeId: entry.id, kind: entry.change.kind }, "a pending change waits")
      later(entry, failures + 1)
    }
  }

  return {
    now: async (entry, run) => {
      try {
        const result = await run()
        await journal.strike(entry.id)
        return result
      } catch (cause) {
        logger.warn({ err: cause, changeId: entry.id, kind: entry.change.kind }, "a change is not complete")
        later(entry, 1)
        throw new GatehouseError("governance.incomplete", { cause })
      }
    },
    resume: async () => {
      for (const entry of await journal.pending()) if (!closed) await attemptNow(entry, 0)
    },
    close: async () => {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(underWay)
    },
  }
}
