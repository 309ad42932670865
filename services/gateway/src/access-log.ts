import type { Logger } from "@gatehouse/telemetry"

/** One line in so many for answers below 500; a line for each would halve the throughput. */
const sampledOneIn = 100

/** What an access line says: a route's pattern instead of a path, and nothing of query, header or body. */
export interface AccessFacts {
  readonly method: string
  readonly route: string | undefined
  readonly status: number
  readonly milliseconds: number
  readonly organization: string | undefined
}

/** Writes access lines: every answer of 500 and above, and a sample of the rest. */
export function createAccessLog(logger: Logger): (facts: AccessFacts) => void {
  let seen = 0
  return (facts) => {
    seen += 1
    if (facts.status >= 500) logger.warn(facts, "request")
    else if (seen % sampledOneIn === 1) logger.info({ ...facts, sampledOneIn }, "request")
  }
}
