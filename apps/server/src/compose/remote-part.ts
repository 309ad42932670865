import type { RunningPart } from "@gatehouse/kernel"
import { request } from "undici"

/** A health answer of a server that is not ours takes at most this long. */
const timeoutMilliseconds = 3_000

/** A server that somebody else runs: its health is asked at `path`, and stopping leaves it alone. */
export function remotePart(url: string, path: string): RunningPart {
  return {
    url,
    health: async () => {
      const { statusCode, body } = await request(`${url}${path}`, {
        headersTimeout: timeoutMilliseconds,
        bodyTimeout: timeoutMilliseconds,
      })
      await body.dump()
      return statusCode < 400 ? { status: "ok" } : { status: "failed", detail: `it answered ${statusCode}` }
    },
    close: async () => undefined,
  }
}
