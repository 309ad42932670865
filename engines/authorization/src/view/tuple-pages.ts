import {
  isSamePlace,
  type StoredTuple,
  type StoreStorage,
  type TupleFilter,
  type TuplePage,
  type TupleStorage,
} from "../storage/storage.ts"

/** Tuples read at once for one who asks page after page: twenty pages for the price of two. */
const maximumAheadTuples = 2_000
/** Lists that are read ahead at once, each with at most twice `maximumAheadTuples`; the one unused for longest makes room: some 30 MB. */
const maximumChains = 8

/** One page to read. */
export interface PageQuery {
  readonly filter: TupleFilter
  readonly afterPosition: number
  readonly limit: number
}

/** Pages of stored tuples, in the order in which they were written. */
export interface TuplePages {
  /**
   * Up to `limit` tuples as they are at the time of the call or later, and whether there are more. Undefined for an unknown
   * store.
   */
  read(store: string, query: PageQuery): Promise<{ tuples: StoredTuple[]; more: boolean } | undefined>
}

/** What was read beyond a page, for the one who goes on from there. */
interface Ahead extends TuplePage {
  /** How many were read at once. */
  readonly size: number
  /** What comes after them, being read while they are taken. */
  readonly next?: Promise<Ahead | undefined> | undefined
}

/**
 * Reads pages from the database, and for one who goes on from page to page some pages ahead. What was read ahead is given only while
 * the store's head is where it was then: so long the tuples are the same, and to ask for the head is a fraction of a page.
 */
export function createTuplePages(
  storage: Pick<TupleStorage, "readTuples"> & Pick<StoreStorage, "readHead">,
): TuplePages {
  /** By list and the position to go on from. */
  const chains = new Map<string, Ahead>()

  const keep = (key: string, ahead: Ahead) => {
    chains.delete(key)
    chains.set(key, ahead)
    const oldest = chains.keys().next().value
    if (chains.size > maximumChains && oldest !== undefined) chains.delete(oldest)
  }
  const readNext = async (
    store: string,
    filter: TupleFilter,
    { tuples, size }: Ahead,
  ): Promise<Ahead | undefined> => {
    const next = doubled(size)
    const afterPosition = tuples.at(-1)?.position ?? 0
    const page = await storage.readTuples(store, filter, { afterPosition, limit: next })
    return page?.tuples.every(isSmall) ? { ...page, size: next } : undefined
  }
  /** What is ahead, with more than a page in it where that is there; undefined where nothing is, or not of one moment. */
  const take = async (key: string, limit: number): Promise<Ahead | undefined> => {
    const ahead = chains.get(key)
    chains.delete(key)
    if (ahead === undefined || ahead.tuples.length > limit || ahead.next === undefined) return ahead
    const next = await ahead.next
    const isOneMoment = next !== undefined && isSamePlace(next.head, ahead.head)
    return isOneMoment ? { ...next, tuples: [...ahead.tuples, ...next.tuples] } : undefined
  }

  return {
    read: async (store, { filter, afterPosition, limit }) => {
      const list = JSON.stringify([store, filter.object, filter.relation, filter.user])
      const ahead = await take(`${list} ${afterPosition}`, limit)
      const isEnough = ahead !== undefined && ahead.tuples.length > limit
      if (isEnough && isSamePlace(await storage.readHead(store), ahead.head)) {
        const tuples = ahead.tuples.slice(0, limit)
        const rest = { ...ahead, tuples: ahead.tuples.slice(limit) }
        const isLow = rest.next === undefined && rest.tuples.length < rest.size / 2
        // Awaited with a later page, or never: whoever meets a failure then reads for itself.
        const next = isLow ? readNext(store, filter, rest).catch(() => undefined) : rest.next
        keep(`${list} ${tuples.at(-1)?.position}`, { ...rest, next })
        return { tuples, more: true }
      }
      // Someone who went on will go on: twice as far each time, until something is written in between.
      const size = ahead === undefined || isEnough ? limit : doubled(ahead.size)
      const found = await storage.readTuples(store, filter, { afterPosition, limit: size + 1 })
      if (found === undefined) return undefined
      const tuples = found.tuples.slice(0, limit)
      const more = found.tuples.length > limit
      if (more && found.tuples.every(isSmall))
        keep(`${list} ${tuples.at(-1)?.position}`, {
          head: found.head,
          tuples: found.tuples.slice(limit),
          size,
        })
      return { tuples, more }
    },
  }
}

/** A condition's context may have 32 KiB: lists that hold such tuples are read page by page. */
function isSmall({ tuple }: StoredTuple): boolean {
  return !tuple.condition
}

function doubled(size: number): number {
  return Math.min(2 * size, maximumAheadTuples)
}
