import { type OrganizationId, revocationPageSchema } from "@gatehouse/contracts"
import type { Logger } from "@gatehouse/telemetry"
import type { RevocationPage } from "@gatehouse/tokens"
import type { Upstreams } from "./create-upstreams.ts"

/**
 * Reads governance's feed of revocations on after a cursor. That it cannot be read is one log line when it begins and one
 * when it ends: meanwhile every token is refused, four polls a second.
 */
export function createRevocationReader(upstreams: Pick<Upstreams, "getJson">, logger: Logger) {
  let isFailing = false
  return async (cursor: string | undefined, signal: AbortSignal): Promise<RevocationPage> => {
    try {
      const page = await readPage(upstreams, cursor, signal)
      if (isFailing) logger.info("revocations are followed again")
      isFailing = false
      return page
    } catch (error) {
      const isClosing = signal.aborted && (signal.reason as Error).name === "AbortError"
      if (!isFailing && !isClosing) logger.warn({ err: error }, "revocations cannot be followed")
      isFailing = true
      throw error
    }
  }
}

async function readPage(
  upstreams: Pick<Upstreams, "getJson">,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<RevocationPage> {
  const query = cursor === undefined ? undefined : `after=${encodeURIComponent(cursor)}`
  const answer = await upstreams.getJson("governance", "/internal/revocations", query, signal)
  const { events, next, complete } = revocationPageSchema.parse(answer)
  const ofOrganization = (id: string) => id as OrganizationId
  return {
    events: events.map((event) => ({ ...event, organization: ofOrganization(event.organization) })),
    next,
    complete,
  }
}
