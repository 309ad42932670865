import type { Logger } from "@gatehouse/telemetry"
import type { Pool, PoolClient } from "pg"
import { changeChannel } from "./schema.ts"

/** Waits between attempts to listen again, the last one repeated. */
const reconnectDelaysMilliseconds = [100, 500, 2_000, 5_000]

/** What hears of commits of other processes. Called in the order of arrival. */
export interface NoticeHandlers {
  /** A commit in some process: up to this position, or of something else than tuples. */
  readonly onNotice: (store: string, position: number | undefined) => void
  /** Listening has begun, for the first time or again: notices before it may have been missed. */
  readonly onListening: () => void
}

/**
 * Listens for commits of all processes on this database, on one connection of the pool. Only a hint that makes views
 * current sooner: a view's own bound on its age holds without it.
 */
export function followNotices(pool: Pool, handlers: NoticeHandlers, logger: Logger): { close(): void } {
  let closed = false
  let client: PoolClient | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0

  const retry = (error: unknown) => {
    if (closed || timer) return
    const delay = reconnectDelaysMilliseconds[Math.min(failures++, reconnectDelaysMilliseconds.length - 1)]
    logger.warn({ err: error, delay }, "listening for changes ended, trying again")
    timer = setTimeout(() => {
      timer = undefined
      void listen()
    }, delay)
    timer.unref()
  }

  const listen = async (): Promise<void> => {
    try {
      const connected = await pool.connect()
      if (closed) return connected.release()
      client = connected
      const drop = (error: unknown) => {
        if (client !== connected) return
        client = undefined
        connected.release(true)
        retry(error)
      }
      connected.on("error", drop)
      connected.on("end", () => drop(undefined))
      connected.on("notification", ({ payload = "" }) => notify(payload, handlers))
      await connected.query(`listen ${changeChannel}`)
      failures = 0
      handlers.onListening()
    } catch (error) {
      const broken = client
      client = undefined
      broken?.release(true)
      retry(error)
    }
  }

  void listen()
  return {
    close: () => {
      closed = true
      clearTimeout(timer)
      const listening = client
      client = undefined
      listening?.release(true)
    },
  }
}

function notify(payload: string, { onNotice }: NoticeHandlers): void {
  const [store = "", position = ""] = payload.split(" ")
  onNotice(store, /^\d+$/.test(position) ? Number(position) : undefined)
}
