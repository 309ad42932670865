import { IdSet } from "./id-set.ts"
import { RowCursor } from "./row-cursor.ts"
import { COUNT, HEAD, ONLY_NEIGHBOUR, START } from "./row-head.ts"

/** Entries of a row up to this many lie together and are looked at one by one; a longer row becomes sets by class. */
export const SHORT_ROW_LIMIT = 32

/** Entries that a row in `pool` has room for. Rows of one entry need no room there. */
const capacities = [2, 3, 4, 6, 8, 12, 16, 24, SHORT_ROW_LIMIT]

/** A row with many entries: a set of neighbours for each class. */
export class LongRow {
  readonly sets = new Map<number, IdSet>()
  size = 0
}

/**
 * For each entity a row of entries (class, neighbour). A head of four integers says where the row is; a row of one entry, the most
 * common, is in the head itself, and a short one lies together in `pool`: to look at an entity's tuples costs one or two cache
 * lines, which is what a check over a million tuples is made of.
 */
export class Adjacency {
  heads = new Int32Array(1024 * HEAD)
  /** Entries, two integers each: class, neighbour. */
  pool = new Int32Array(4096)
  readonly longRows: (LongRow | undefined)[] = []
  readonly #freeLongRows: number[] = []
  readonly #freeStarts: number[][] = capacities.map(() => [])
  #used = 0

  /** Makes room for entities up to and with the given id. */
  reserve(entity: number): void {
    const needed = (entity + 1) * HEAD
    if (needed <= this.heads.length) return
    const grown = new Int32Array(Math.max(this.heads.length * 2, needed))
    grown.set(this.heads)
    this.heads = grown
  }

  /** Adds an entry that is not there yet. */
  add(entity: number, classId: number, neighbour: number): void {
    const head = entity * HEAD
    const { heads } = this
    const count = heads[head + COUNT] ?? 0
    if (count < 0) {
      this.#addLong(this.longRows[-1 - count], classId, neighbour)
      return
    }
    if (count === SHORT_ROW_LIMIT) {
      this.#lengthen(head, classId, neighbour)
      return
    }
    heads[head + COUNT] = count + 1
    if (count === 0) {
      heads[head + START] = classId
      heads[head + ONLY_NEIGHBOUR] = neighbour
      return
    }
    if (count === 1) this.#spill(head)
    else if (capacities.includes(count))
      this.#move(head, count, capacityIndex(count), capacityIndex(count) + 1)
    const at = (heads[head + START] ?? 0) + count * 2
    this.pool[at] = classId
    this.pool[at + 1] = neighbour
  }

  /** Removes an entry; false where it is not there. */
  remove(entity: number, classId: number, neighbour: number): boolean {
    const head = entity * HEAD
    const { heads } = this
    const count = heads[head + COUNT] ?? 0
    if (count < 0) return this.#removeLong(entity, -1 - count, classId, neighbour)
    if (!this.has(entity, classId, neighbour)) return false
    heads[head + COUNT] = count - 1
    if (count === 1) return true
    const start = heads[head + START] ?? 0
    const at = this.#find(start, count, classId, neighbour)
    const last = start + (count - 1) * 2
    this.pool[at] = this.pool[last] ?? 0
    this.pool[at + 1] = this.pool[last + 1] ?? 0
    const capacity = capacityIndex(count)
    if (count === 2) {
      heads[head + START] = this.pool[start] ?? 0
      heads[head + ONLY_NEIGHBOUR] = this.pool[start + 1] ?? 0
      this.#release(0, start)
    } else if (capacityIndex(count - 1) !== capacity)
      this.#move(head, count - 1, capacity, capacityIndex(count - 1))
    return true
  }

  has(entity: number, classId: number, neighbour: number): boolean {
    const head = entity * HEAD
    const count = this.heads[head + COUNT] ?? 0
    if (count < 0) return this.longRows[-1 - count]?.sets.get(classId)?.has(neighbour) === true
    const start = this.heads[head + START] ?? 0
    if (count === 1) return start === classId && this.heads[head + ONLY_NEIGHBOUR] === neighbour
    return this.#find(start, count, classId, neighbour) >= 0
  }

  isEmpty(entity: number): boolean {
    return (this.heads[entity * HEAD + COUNT] ?? 0) === 0
  }

  /**
   * Reads a row's head, the head of the row that its only entry leads to, and that row's beginning: of a longer row, what happens to
   * stand there. The value means nothing.
   */
  touchNext(entity: number): number {
    const { heads } = this
    const next = (heads[entity * HEAD + ONLY_NEIGHBOUR] as number) * HEAD
    return this.pool[heads[next + START] as number] as number
  }

  /** The sets of a long row, by class; undefined for a short one. */
  setsOf(entity: number): ReadonlyMap<number, IdSet> | undefined {
    const count = this.heads[entity * HEAD + COUNT] ?? 0
    return count < 0 ? this.longRows[-1 - count]?.sets : undefined
  }

  /** The entries of a row, one at a time. It must not change while they are walked. */
  row(entity: number): RowCursor {
    return new RowCursor(this, entity)
  }

  /** The same for a loop that may make an object for each. */
  *entries(entity: number): IterableIterator<{ readonly classId: number; readonly neighbour: number }> {
    for (const row = this.row(entity); row.next(); ) yield { classId: row.classId, neighbour: row.neighbour }
  }

  #find(start: number, count: number, classId: number, neighbour: number): number {
    for (let at = start; at < start + count * 2; at += 2)
      if (this.pool[at + 1] === neighbour && this.pool[at] === classId) return at
    return -1
  }

  /** Moves the entry in a head to the pool, to make room for a second. */
  #spill(head: number): void {
    const start = this.#take(0)
    this.pool[start] = this.heads[head + START] ?? 0
    this.pool[start + 1] = this.heads[head + ONLY_NEIGHBOUR] ?? 0
    this.heads[head + START] = start
  }

  #take(capacity: number): number {
    const free = this.#freeStarts[capacity]?.pop()
    if (free !== undefined) return free
    const start = this.#used
    this.#used += (capacities[capacity] ?? 0) * 2
    if (this.#used > this.pool.length) {
      const grown = new Int32Array(Math.max(this.pool.length * 2, this.#used))
      grown.set(this.pool)
      this.pool = grown
    }
    return start
  }

  #release(capacity: number, start: number): void {
    this.#freeStarts[capacity]?.push(start)
  }

  #move(head: number, count: number, from: number, to: number): void {
    const start = this.heads[head + START] ?? 0
    const target = this.#take(to)
    this.pool.copyWithin(target, start, start + count * 2)
    this.#release(from, start)
    this.heads[head + START] = target
  }

  #lengthen(head: number, classId: number, neighbour: number): void {
    const row = new LongRow()
    const start = this.heads[head + START] ?? 0
    for (let at = start; at < start + SHORT_ROW_LIMIT * 2; at += 2)
      this.#addLong(row, this.pool[at] ?? 0, this.pool[at + 1] ?? 0)
    this.#addLong(row, classId, neighbour)
    this.#release(capacities.length - 1, start)
    const number = this.#freeLongRows.pop() ?? this.longRows.length
    this.longRows[number] = row
    this.heads[head + COUNT] = -1 - number
  }

  #addLong(row: LongRow | undefined, classId: number, neighbour: number): void {
    if (row === undefined) return
    let set = row.sets.get(classId)
    if (set === undefined) {
      set = new IdSet()
      row.sets.set(classId, set)
    }
    if (set.add(neighbour)) row.size++
  }

  #removeLong(entity: number, number: number, classId: number, neighbour: number): boolean {
    const row = this.longRows[number]
    const set = row?.sets.get(classId)
    if (row === undefined || set === undefined || !set.remove(neighbour)) return false
    row.size--
    if (set.size === 0) row.sets.delete(classId)
    // Back to a short row only well below the limit, so that adding and removing at the limit does not copy each time.
    if (row.size <= SHORT_ROW_LIMIT / 2) this.#shorten(entity, number, row)
    return true
  }

  #shorten(entity: number, number: number, row: LongRow): void {
    this.longRows[number] = undefined
    this.#freeLongRows.push(number)
    this.heads[entity * HEAD + COUNT] = 0
    for (const [classId, set] of row.sets)
      for (let place = 0; place < set.size; place++) this.add(entity, classId, set.values[place] ?? 0)
  }
}

/** The smallest room for so many entries, of two or more. */
function capacityIndex(count: number): number {
  return capacities.findIndex((capacity) => capacity >= count)
}
