import type { IdSet } from "./id-set.ts"
import { COUNT, HEAD, START } from "./row-head.ts"

/** Where rows lie: see `Adjacency`. */
interface Rows {
  readonly heads: Int32Array
  readonly pool: Int32Array
  readonly longRows: readonly ({ readonly sets: ReadonlyMap<number, IdSet> } | undefined)[]
}

/**
 * Walks the entries of a row, without an object for each of a million. Stands before the first until `next` is called; the row must
 * not change meanwhile, others may.
 */
export class RowCursor {
  classId = -1
  neighbour = -1
  /** Entries that lie together: of a short row those left are in `[at, end)`. */
  readonly #cells: Int32Array
  #at = 0
  #end = 0
  /** Of a long row the sets left, and where the walk stands in the present one. */
  readonly #sets: Iterator<[number, IdSet]> | undefined
  #set: IdSet | undefined
  #place = 0

  constructor({ heads, pool, longRows }: Rows, entity: number) {
    const head = entity * HEAD
    const count = heads[head + COUNT] ?? 0
    // The only entry of a row lies in its head as entries lie in the pool.
    this.#cells = count === 1 ? heads : pool
    if (count > 0) {
      this.#at = count === 1 ? head + START : (heads[head + START] ?? 0)
      this.#end = this.#at + count * 2
    }
    this.#sets = count < 0 ? longRows[-1 - count]?.sets.entries() : undefined
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    const at = this.#at
    if (at < this.#end) {
      this.classId = this.#cells[at] as number
      this.neighbour = this.#cells[at + 1] as number
      this.#at = at + 2
      return true
    }
    return this.#sets !== undefined && this.#nextOfSets(this.#sets)
  }

  #nextOfSets(sets: Iterator<[number, IdSet]>): boolean {
    while (this.#set === undefined || this.#place >= this.#set.size) {
      const { value, done } = sets.next()
      if (done === true) return false
      this.classId = value[0]
      this.#set = value[1]
      this.#place = 0
    }
    this.neighbour = this.#set.values[this.#place] as number
    this.#place++
    return true
  }
}
