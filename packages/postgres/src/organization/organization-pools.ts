import type { OrganizationId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Kysely } from "kysely"

/** One organization's connections, and how many use them. */
interface Entry<DB> {
  readonly db: Kysely<DB>
  users: number
  idle: NodeJS.Timeout | undefined
}

/** How to open an organization's database, and how many stay open for how long. */
export interface OrganizationPoolsOptions<DB> {
  readonly open: (organization: OrganizationId) => Kysely<DB>
  /** Organizations with connections at one time. */
  readonly maximumPools: number
  /** A pool that nobody used for so long is closed. */
  readonly idleMilliseconds: number
}

/** The pools of one service, one for each organization that is being served. */
export interface OrganizationPools<DB> {
  /** Runs `work` with an organization's pool, opened if need be. Throws `postgres.too_many_connections` where all are in use. */
  use<Result>(organization: OrganizationId, work: (db: Kysely<DB>) => Promise<Result>): Promise<Result>
  /** How many are open. */
  count(): number
  close(): Promise<void>
}

/** Opens pools when they are first needed, closes idle ones, and the longest unused one where there would be too many. */
export function createOrganizationPools<DB>(options: OrganizationPoolsOptions<DB>): OrganizationPools<DB> {
  // A Map keeps the order of insertion: an entry moves to the end at each use, so the first is the longest unused.
  const entries = new Map<OrganizationId, Entry<DB>>()
  let isClosed = false

  const closeEntry = (organization: OrganizationId, entry: Entry<DB>) => {
    clearTimeout(entry.idle)
    if (entries.get(organization) === entry) entries.delete(organization)
    return entry.db.destroy()
  }

  const makeRoom = () => {
    if (entries.size < options.maximumPools) return
    const unused = [...entries].find(([, { users }]) => users === 0)
    if (unused === undefined) throw new GatehouseError("postgres.too_many_connections")
    closeEntry(...unused).catch(() => {})
  }

  const borrow = (organization: OrganizationId): Entry<DB> => {
    if (isClosed) throw new GatehouseError("postgres.unavailable")
    let entry = entries.get(organization)
    if (entry === undefined) {
      makeRoom()
      entry = { db: options.open(organization), users: 0, idle: undefined }
    }
    entries.delete(organization)
    entries.set(organization, entry)
    clearTimeout(entry.idle)
    entry.users += 1
    return entry
  }

  const giveBack = (organization: OrganizationId, entry: Entry<DB>) => {
    entry.users -= 1
    if (entry.users > 0 || isClosed) return
    entry.idle = setTimeout(() => {
      closeEntry(organization, entry).catch(() => {})
    }, options.idleMilliseconds)
    entry.idle.unref()
  }

  return {
    use: async (organization, work) => {
      const entry = borrow(organization)
      try {
        return await work(entry.db)
      } finally {
        giveBack(organization, entry)
      }
    },
    count: () => entries.size,
    close: async () => {
      isClosed = true
      await Promise.all([...entries].map(([organization, entry]) => closeEntry(organization, entry)))
    },
  }
}
