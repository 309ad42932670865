import { setTimeout as pause } from "node:timers/promises"
import type { GovernanceContext } from "../service-context.ts"
import type { RealmDirectory } from "./realm-directory.ts"

/** Groups and roles that change through Gatehouse are known within a second (ARCHITECTURE.md), with room for the reading itself. */
const pollMilliseconds = 250

/** What follows the feed for as long as the service runs. */
export interface DirectoryKeeper {
  close(): Promise<void>
}

/**
 * Makes the directory forget an organization's principals with every event of the revocation feed that any process recorded. A feed
 * that cannot be read needs no handling of its own: the directory remembers for a second at most.
 */
export function keepDirectoryCurrent({
  revocations,
  realms,
}: Pick<GovernanceContext, "revocations"> & {
  readonly realms: Pick<RealmDirectory, "forget">
}): DirectoryKeeper {
  const stop = new AbortController()
  let position: bigint | undefined
  const poll = async () => {
    for (let complete = false; !complete; ) {
      const page = await revocations.read(position)
      for (const organization of new Set(page.events.map((event) => event.organization)))
        realms.forget(organization)
      position = page.last
      complete = page.complete
    }
  }
  const follow = async () => {
    while (!stop.signal.aborted) {
      await poll().catch(() => undefined)
      await pause(pollMilliseconds, undefined, { ref: false, signal: stop.signal }).catch(() => undefined)
    }
  }
  const ended = follow()
  return {
    close: async () => {
      stop.abort()
      await ended
    },
  }
}
