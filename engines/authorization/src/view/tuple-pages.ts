import type { Clock } from "@gatehouse/kernel"
import type { StoredTuple, TupleFilter, TupleStorage } from "../storage/storage.ts"
import type { Freshness } from "./store-view.ts"

/** Tuples read at once for one who asks page after page: twenty pages for the price of two. */
const aheadTuples = 2_000
/** What was read ahead is older than no other answer may be (`store-view.ts`). */
const maximumAgeMilliseconds = 1_000
/** Lists that are read ahead at once, each with at most `aheadTuples`; the one unused for longest makes room. */
const maximumChains = 8

/** One page to read. */
export interface PageQuery {
  readonly filter: TupleFilter
  readonly afterPosition: number
  readonly limit: number
  readonly freshness: Freshness
}

/** Pages of stored tuples, in the order in which they were written. */
export interface TuplePages {
  /** Up to `limit` tuples, and whether there are more. Undefined for an unknown store. */
  read(store: string, query: PageQuery): Promise<{ tuples: StoredTuple[]; more: boolean } | undefined>
  /** Nothing of the store that was read ahead is given any more. */
  forget(store: string): void
}

/** What was read beyond a page, for the one who goes on from there. */
interface Ahead {
  readonly store: string
  readonly tuples: readonly StoredTuple[]
  /** The moment before the first of them were read, by both clocks: a suspended machine stops the monotonic one. */
  readonly monotonic: number
  readonly wall: number
  /** What comes after them, being read while they are taken. */
  readonly next?: Promise<readonly StoredTuple[] | undefined> | undefined
}

/**
 * Reads pages from the database, and for one who goes on from page to page some pages ahead. The first page, the last one and
 * whatever asks for the current state are always read when they are asked for.
 */
export function createTuplePages(storage: Pick<TupleStorage, "readTuples">, clock: Clock): TuplePages {
  /** By list and the position to go on from. */
  const chains = new Map<string, Ahead>()
  /** Grows with every `forget`: what was under way then may be of a store that has gone. */
  let era = 0

  const keep = (key: string, ahead: Ahead, begunIn: number) => {
    if (begunIn !== era) return
    chains.delete(key)
    chains.set(key, ahead)
    const oldest = chains.keys().next().value
    if (chains.size > maximumChains && oldest !== undefined) chains.delete(oldest)
  }
  const isYoung = ({ monotonic, wall }: Ahead) =>
    clock.monotonicMilliseconds() - monotonic <= maximumAgeMilliseconds &&
    clock.nowMilliseconds() - wall <= maximumAgeMilliseconds
  const readNext = (store: string, filter: TupleFilter, tuples: readonly StoredTuple[]) => {
    const afterPosition = tuples.at(-1)?.position ?? 0
    const next = storage.readTuples(store, filter, { afterPosition, limit: aheadTuples })
    // Awaited with a later page, or never: whoever meets the failure then reads for itself.
    return next.catch(() => undefined)
  }
  /** What is ahead, young and with more than a page in it; undefined where the page must be read. */
  const take = async (key: string, limit: number): Promise<Ahead | undefined> => {
    const ahead = chains.get(key)
    chains.delete(key)
    if (ahead === undefined || ahead.tuples.length > limit || ahead.next === undefined) return ahead
    return { ...ahead, tuples: [...ahead.tuples, ...((await ahead.next) ?? [])], next: undefined }
  }

  return {
    read: async (store, { filter, afterPosition, limit, freshness }) => {
      const begunIn = era
      const list = JSON.stringify([store, filter.object, filter.relation, filter.user])
      const ahead = freshness === "bounded" ? await take(`${list} ${afterPosition}`, limit) : undefined
      if (ahead !== undefined && ahead.tuples.length > limit && isYoung(ahead)) {
        const tuples = ahead.tuples.slice(0, limit)
        const rest = ahead.tuples.slice(limit)
        const isLow = ahead.next === undefined && rest.length < aheadTuples / 2
        const next = isLow ? readNext(store, filter, rest) : ahead.next
        keep(`${list} ${tuples.at(-1)?.position}`, { ...ahead, tuples: rest, next }, begunIn)
        return { tuples, more: true }
      }
      const [monotonic, wall] = [clock.monotonicMilliseconds(), clock.nowMilliseconds()]
      // Someone who went on once will go on.
      const size = ahead === undefined ? limit : aheadTuples
      const found = await storage.readTuples(store, filter, { afterPosition, limit: size + 1 })
      if (found === undefined) return undefined
      const tuples = found.slice(0, limit)
      const more = found.length > limit
      const rest = found.slice(limit)
      if (more && freshness === "bounded")
        keep(`${list} ${tuples.at(-1)?.position}`, { store, tuples: rest, monotonic, wall }, begunIn)
      return { tuples, more }
    },
    forget: (store) => {
      era++
      for (const [key, chain] of chains) if (chain.store === store) chains.delete(key)
    },
  }
}
