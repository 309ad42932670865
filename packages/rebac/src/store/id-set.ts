/** Ids up to this many are searched one by one; beyond, a table of hashes finds them. */
const TABLE_FROM = 16

/**
 * A set of ids (integers of 0 or more) in two typed arrays: the ids in no order, and from 16 on an open-addressing table of
 * their places. Adding, finding and removing take constant time; walking is walking an array.
 */
export class IdSet {
  size = 0
  /** The ids, in `[0, size)`. */
  values = new Int32Array(4)
  #table: Int32Array | undefined = undefined

  has(id: number): boolean {
    return this.#placeOf(id) >= 0
  }

  /** False where it was there before. */
  add(id: number): boolean {
    if (this.#placeOf(id) >= 0) return false
    if (this.size === this.values.length) {
      const grown = new Int32Array(this.size * 2)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.size] = id
    this.size++
    if (this.#table === undefined ? this.size > TABLE_FROM : this.size * 2 > this.#table.length)
      this.#rebuild()
    else if (this.#table !== undefined) insert(this.#table, id, this.size - 1)
    return true
  }

  /** False where it was not there. */
  remove(id: number): boolean {
    const place = this.#placeOf(id)
    if (place < 0) return false
    const last = this.size - 1
    const moved = this.values[last] ?? 0
    if (this.#table !== undefined) erase(this.#table, this.values, id)
    this.values[place] = moved
    if (this.#table !== undefined && place !== last) replacePlace(this.#table, moved, last, place)
    this.size = last
    if (this.values.length > 256 && last * 8 < this.values.length) this.#shrink()
    return true
  }

  #shrink(): void {
    this.values = this.values.slice(0, this.values.length >> 1)
    if (this.#table !== undefined) this.#rebuild()
  }

  #placeOf(id: number): number {
    const { values, size } = this
    const table = this.#table
    if (table === undefined) {
      for (let place = 0; place < size; place++) if (values[place] === id) return place
      return -1
    }
    const mask = table.length - 1
    for (let slot = hash(id) & mask; ; slot = (slot + 1) & mask) {
      const place = (table[slot] ?? 0) - 1
      if (place < 0 || values[place] === id) return place
    }
  }

  #rebuild(): void {
    let length = 64
    while (length < this.size * 3) length *= 2
    const table = new Int32Array(length)
    for (let place = 0; place < this.size; place++) insert(table, this.values[place] ?? 0, place)
    this.#table = table
  }
}

function hash(id: number): number {
  const mixed = Math.imul(id ^ (id >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 13)) >>> 0
}

function insert(table: Int32Array, id: number, place: number): void {
  const mask = table.length - 1
  let slot = hash(id) & mask
  while (table[slot] !== 0) slot = (slot + 1) & mask
  table[slot] = place + 1
}

function replacePlace(table: Int32Array, id: number, from: number, to: number): void {
  const mask = table.length - 1
  let slot = hash(id) & mask
  while (table[slot] !== from + 1) slot = (slot + 1) & mask
  table[slot] = to + 1
}

/** Takes an id out and closes the gap, so that no chain of the table is cut (no tombstones). */
function erase(table: Int32Array, values: Int32Array, id: number): void {
  const mask = table.length - 1
  let slot = hash(id) & mask
  while (values[(table[slot] ?? 0) - 1] !== id) slot = (slot + 1) & mask
  let gap = slot
  for (let next = (slot + 1) & mask; table[next] !== 0; next = (next + 1) & mask) {
    const home = hash(values[(table[next] ?? 0) - 1] ?? 0) & mask
    if (((next - home) & mask) < ((next - gap) & mask)) continue
    table[gap] = table[next] ?? 0
    gap = next
  }
  table[gap] = 0
}
