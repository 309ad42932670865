import { IdSet } from "./id-set.ts"

/** Entries of a row up to this many lie together and are looked at one by one; a longer row becomes sets by class. */
export const SHORT_ROW_LIMIT = 32

const capacities = [1, 2, 3, 4, 6, 8, 12, 16, 24, SHORT_ROW_LIMIT]

/** A row with many entries: a set of neighbours for each class. */
export class LongRow {
  readonly sets = new Map<number, IdSet>()
  size = 0
}

/**
 * For each entity a row of entries (class, neighbour). Rows lie in one array of integers, so a short row is one or two cache
 * lines. `heads` holds for each entity where its row begins and how long it is; a negative length is a long row's number.
 */
export class Adjacency {
  /** Two integers for each entity: start in `pool`, and entries; entries below 0: `longRows[-1 - entries]`. */
  heads = new Int32Array(2048)
  /** Entries, two integers each: class, neighbour. */
  pool = new Int32Array(4096)
  readonly longRows: (LongRow | undefined)[] = []
  readonly #freeLongRows: number[] = []
  readonly #freeStarts: number[][] = capacities.map(() => [])
  #used = 0

  /** Makes room for entities up to and with the given id. */
  reserve(entity: number): void {
    if (entity * 2 + 1 < this.heads.length) return
    const grown = new Int32Array(Math.max(this.heads.length * 2, entity * 2 + 2))
    grown.set(this.heads)
    this.heads = grown
  }

  /** Adds an entry that is not there yet. */
  add(entity: number, classId: number, neighbour: number): void {
    const count = this.heads[entity * 2 + 1] ?? 0
    if (count < 0) {
      this.#addLong(this.longRows[-1 - count], classId, neighbour)
      return
    }
    if (count === SHORT_ROW_LIMIT) {
      this.#lengthen(entity, classId, neighbour)
      return
    }
    if (count === 0) this.heads[entity * 2] = this.#take(0)
    else if (capacities.includes(count)) this.#grow(entity, count)
    const at = (this.heads[entity * 2] ?? 0) + count * 2
    this.pool[at] = classId
    this.pool[at + 1] = neighbour
    this.heads[entity * 2 + 1] = count + 1
  }

  /** Removes an entry; false where it is not there. */
  remove(entity: number, classId: number, neighbour: number): boolean {
    const count = this.heads[entity * 2 + 1] ?? 0
    if (count < 0) return this.#removeLong(entity, -1 - count, classId, neighbour)
    const start = this.heads[entity * 2] ?? 0
    const at = this.#find(start, count, classId, neighbour)
    if (at < 0) return false
    const last = start + (count - 1) * 2
    this.pool[at] = this.pool[last] ?? 0
    this.pool[at + 1] = this.pool[last + 1] ?? 0
    this.heads[entity * 2 + 1] = count - 1
    const capacity = capacityIndex(count)
    if (count === 1) this.#release(0, start)
    else if (capacityIndex(count - 1) !== capacity) this.#shrink(entity, start, count - 1, capacity)
    return true
  }

  has(entity: number, classId: number, neighbour: number): boolean {
    const count = this.heads[entity * 2 + 1] ?? 0
    if (count < 0) return this.longRows[-1 - count]?.sets.get(classId)?.has(neighbour) === true
    return this.#find(this.heads[entity * 2] ?? 0, count, classId, neighbour) >= 0
  }

  isEmpty(entity: number): boolean {
    return (this.heads[entity * 2 + 1] ?? 0) === 0
  }

  /** Entries of an entity's row. */
  sizeOf(entity: number): number {
    const count = this.heads[entity * 2 + 1] ?? 0
    return count < 0 ? (this.longRows[-1 - count]?.size ?? 0) : count
  }

  /** The entries of a row. It must not change while they are walked. */
  *entries(entity: number): IterableIterator<{ readonly classId: number; readonly neighbour: number }> {
    const count = this.heads[entity * 2 + 1] ?? 0
    if (count >= 0) {
      const start = this.heads[entity * 2] ?? 0
      for (let at = start; at < start + count * 2; at += 2)
        yield { classId: this.pool[at] ?? 0, neighbour: this.pool[at + 1] ?? 0 }
      return
    }
    for (const [classId, set] of this.longRows[-1 - count]?.sets ?? [])
      for (let place = 0; place < set.size; place++) yield { classId, neighbour: set.values[place] ?? 0 }
  }

  #find(start: number, count: number, classId: number, neighbour: number): number {
    for (let at = start; at < start + count * 2; at += 2)
      if (this.pool[at + 1] === neighbour && this.pool[at] === classId) return at
    return -1
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

  #grow(entity: number, count: number): void {
    const capacity = capacityIndex(count)
    this.#move(entity, this.heads[entity * 2] ?? 0, count, capacity, capacity + 1)
  }

  #shrink(entity: number, start: number, count: number, capacity: number): void {
    this.#move(entity, start, count, capacity, capacityIndex(count))
  }

  #move(entity: number, start: number, count: number, from: number, to: number): void {
    const target = this.#take(to)
    this.pool.copyWithin(target, start, start + count * 2)
    this.#release(from, start)
    this.heads[entity * 2] = target
  }

  #lengthen(entity: number, classId: number, neighbour: number): void {
    const row = new LongRow()
    const start = this.heads[entity * 2] ?? 0
    for (let at = start; at < start + SHORT_ROW_LIMIT * 2; at += 2)
      this.#addLong(row, this.pool[at] ?? 0, this.pool[at + 1] ?? 0)
    this.#addLong(row, classId, neighbour)
    this.#release(capacities.length - 1, start)
    const number = this.#freeLongRows.pop() ?? this.longRows.length
    this.longRows[number] = row
    this.heads[entity * 2 + 1] = -1 - number
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
    this.heads[entity * 2 + 1] = 0
    for (const [classId, set] of row.sets)
      for (let place = 0; place < set.size; place++) this.add(entity, classId, set.values[place] ?? 0)
  }
}

function capacityIndex(count: number): number {
  return capacities.findIndex((capacity) => capacity >= count)
}
