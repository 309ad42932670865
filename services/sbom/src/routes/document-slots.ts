import { GatehouseError } from "@gatehouse/kernel"
import type { RouteReply } from "@gatehouse/sdk"

/** How many documents are in memory at the same time, for one kind of work. */
export interface DocumentBounds {
  readonly total: number
  /** So that one organization cannot fill all places. */
  readonly perOrganization: number
  readonly waitMilliseconds: number
}

/**
 * Each may hold its bytes, its text and its components: six documents of 32 MiB take about 700 MB at worst. CI systems that
 * upload at once wait for a moment instead.
 */
export const uploadBounds: DocumentBounds = { total: 6, perOrganization: 2, waitMilliseconds: 15_000 }

/**
 * Apart from uploads, so that clients who read slowly keep nobody from sending. Each holds its bytes until they are read, and
 * before that for a moment the database's text of them, twice as long: eight documents of 32 MiB take 256 MB, 768 MB at worst.
 */
export const downloadBounds: DocumentBounds = { total: 8, perOrganization: 3, waitMilliseconds: 15_000 }

interface Waiting {
  readonly organization: string
  readonly start: () => void
}

/** Gives out the places. The first who waits and fits is served first. */
export interface DocumentSlots {
  /** Waits for a place. Call the result once the answer is out; calling it again does nothing. Throws `sbom.busy`. */
  take(organization: string): Promise<() => void>
  /** Waits for a place and gives it back when the answer is out or its client has gone. Throws `sbom.busy`. */
  hold(organization: string, response: RouteReply["raw"]): Promise<void>
}

/** All places free. One is made for each kind of work, for all organizations together. */
export function createDocumentSlots(bounds: DocumentBounds): DocumentSlots {
  const taken = new Map<string, number>()
  const queue: Waiting[] = []
  let total = 0

  const fits = (organization: string) =>
    total < bounds.total && (taken.get(organization) ?? 0) < bounds.perOrganization

  const occupy = (organization: string): (() => void) => {
    total += 1
    taken.set(organization, (taken.get(organization) ?? 0) + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      total -= 1
      const rest = (taken.get(organization) ?? 1) - 1
      if (rest === 0) taken.delete(organization)
      else taken.set(organization, rest)
      const next = queue.findIndex((waiting) => fits(waiting.organization))
      if (next >= 0) queue.splice(next, 1)[0]?.start()
    }
  }

  const take = (organization: string): Promise<() => void> => {
    if (fits(organization)) return Promise.resolve(occupy(organization))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        organization,
        start: () => {
          clearTimeout(timer)
          resolve(occupy(organization))
        },
      }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1)
        reject(new GatehouseError("sbom.busy"))
      }, bounds.waitMilliseconds)
      queue.push(waiting)
    })
  }

  return {
    take,
    async hold(organization, response) {
      const release = await take(organization)
      if (response.closed || response.destroyed) release()
      else response.once("close", release)
    },
  }
}
