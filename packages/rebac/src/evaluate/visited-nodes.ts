/** Below this many nodes a walk over them is faster than hashing. */
const SCAN_UP_TO = 12

/** A table that one large question needed is not kept for the small ones after it. */
const TABLE_KEPT = 4096

/** The nodes that a search has met: pairs of an object's number and a view's. Emptied in no time, and reused. */
export class VisitedNodes {
  size = 0
  #objects = new Int32Array(64)
  #views = new Int32Array(64)
  #table = new Int32Array(256)
  #hashed = false

  clear(): void {
    if (this.#table.length > TABLE_KEPT) this.#reset()
    else if (this.#hashed) this.#table.fill(0)
    this.#hashed = false
    this.size = 0
  }

  /** False where the node was there before. */
  add(object: number, view: number): boolean {
    if (this.#placeOf(object, view) >= 0) return false
    if (this.size === this.#objects.length) this.#grow()
    this.#objects[this.size] = object
    this.#views[this.size] = view
    this.size++
    if (this.#hashed) this.#insert(this.size - 1)
    else if (this.size > SCAN_UP_TO) this.#hashAll()
    return true
  }

  #reset(): void {
    this.#objects = new Int32Array(64)
    this.#views = new Int32Array(64)
    this.#table = new Int32Array(256)
  }

  #placeOf(object: number, view: number): number {
    const objects = this.#objects
    const views = this.#views
    if (!this.#hashed) {
      for (let place = 0; place < this.size; place++)
        if (objects[place] === object && views[place] === view) return place
      return -1
    }
    const mask = this.#table.length - 1
    for (let slot = hash(object, view) & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#table[slot] ?? 0) - 1
      if (place < 0 || (objects[place] === object && views[place] === view)) return place
    }
  }

  #insert(place: number): void {
    const mask = this.#table.length - 1
    let slot = hash(this.#objects[place] ?? 0, this.#views[place] ?? 0) & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = place + 1
  }

  #hashAll(): void {
    this.#hashed = true
    for (let place = 0; place < this.size; place++) this.#insert(place)
  }

  #grow(): void {
    const capacity = this.#objects.length * 2
    const objects = new Int32Array(capacity)
    const views = new Int32Array(capacity)
    objects.set(this.#objects)
    views.set(this.#views)
    this.#objects = objects
    this.#views = views
    this.#table = new Int32Array(capacity * 4)
    this.#hashAll()
  }
}

function hash(object: number, view: number): number {
  const mixed = Math.imul(object, 0x2c1b3c6d) ^ Math.imul(view + 1, 0x297a2d39)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
