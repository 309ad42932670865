import { GatehouseError } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { Journal, PendingChange } from "./journal.ts"

/** How long after a failure a change is tried again; an engine that restarts takes a few seconds. */
const retryMilliseconds = 5_000

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

export interface CompletionOptions {
  readonly journal: Journal
  /** Carries out a pending change anew, as the service itself; every step may have been done already. */
  readonly complete: (entry: PendingChange) => Promise<void>
  readonly logger: Logger
  readonly retryMilliseconds?: number
}

export function createCompletion(options: CompletionOptions): Completion {
  const { journal, complete, logger } = options
  const delay = options.retryMilliseconds ?? retryMilliseconds
  const timers = new Set<NodeJS.Timeout>()
  const underWay = new Set<Promise<void>>()
  let closed = false

  const later = (entry: PendingChange) => {
    if (closed) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      const attempt = completeOrRetry(entry).finally(() => underWay.delete(attempt))
      underWay.add(attempt)
    }, delay)
    timer.unref()
    timers.add(timer)
  }
  const completeOrRetry = async (entry: PendingChange) => {
    try {
      await complete(entry)
      await journal.strike(entry.id)
      logger.info({ changeId: entry.id, kind: entry.change.kind }, "a pending change was completed")
    } catch (error) {
      logger.warn({ err: error, changeId: entry.id, kind: entry.change.kind }, "a pending change waits")
      later(entry)
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
        later(entry)
        throw new GatehouseError("governance.incomplete", { cause })
      }
    },
    resume: async () => {
      for (const entry of await journal.pending()) await completeOrRetry(entry)
    },
    close: async () => {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(underWay)
    },
  }
}
