import { setTimeout as wait } from "node:timers/promises"
import { createLoopbackDispatcher } from "@gatehouse/http"
import type { Logger } from "@gatehouse/telemetry"

/** Tells clients that a session ended. */
export interface BackChannel {
  /** Sends one logout token. Answers when it was taken or given up; never throws. */
  send(url: string, logoutToken: () => Promise<string>): Promise<void>
  /** Gives up what is still under way. */
  close(): Promise<void>
}

/** One attempt; a receiver that takes longer is tried again. In milliseconds. */
const attemptMilliseconds = 2_000

/** Waits between attempts: a receiver that restarts is reached, one that is gone is left within half a minute. */
const retryMilliseconds: readonly number[] = [0, 500, 2_000, 8_000, 20_000]

/**
 * Back-channel logout over HTTP: no redirect is followed, no body read, and names under `localhost` go to loopback. The
 * URL comes from a client's registration, which administrators alone write.
 */
export function createBackChannel(logger: Logger): BackChannel {
  let dispatcher: ReturnType<typeof createLoopbackDispatcher> | undefined
  const closing = new AbortController()
  const underWay = new Set<Promise<void>>()
  const attempt = async (url: string, token: string): Promise<boolean> => {
    dispatcher ??= createLoopbackDispatcher({ connections: 8 })
    const { origin, pathname, search } = new URL(url)
    const answer = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ logout_token: token }).toString(),
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(attemptMilliseconds)]),
    })
    await answer.body.dump()
    return answer.statusCode >= 200 && answer.statusCode < 300
  }
  const deliver = async (url: string, logoutToken: () => Promise<string>) => {
    for (const pause of retryMilliseconds) {
      if (pause > 0) await wait(pause, undefined, { signal: closing.signal, ref: false })
      const taken = await logoutToken()
        .then((token) => attempt(url, token))
        .catch(() => false)
      if (taken || closing.signal.aborted) return
    }
    logger.warn({ receiver: new URL(url).origin }, "a client did not take its logout token")
  }
  return {
    async send(url, logoutToken) {
      const delivery = deliver(url, logoutToken).catch(() => undefined)
      underWay.add(delivery)
      await delivery
      underWay.delete(delivery)
    },
    async close() {
      closing.abort()
      await Promise.all(underWay)
      await dispatcher?.close()
    },
  }
}
