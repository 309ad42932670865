import { Buffer } from "node:buffer"
import type { Adjacency } from "./adjacency.ts"

/** Places of one bucket: 64 bytes, a cache line. */
const PLACES = 8
/** Integers of a bucket: for each place a hash and an id + 1, 0 for a free one. */
const BUCKET = PLACES * 2
/** Names to a bucket on average before there are twice as many buckets: one bucket in fifty is full then. */
const NAMES_PER_BUCKET = 4
/** Longer names are kept as strings: the text of one here has two bytes for its length. */
const LENGTH_LIMIT = 60_000
/** Texts begin at multiples of this, so that a freed place serves most others of its kind. */
const GRAIN = 8

/**
 * Numbers for names, made for millions of them: a table of hashes, each bucket one cache line, and the texts one after the other in
 * an array of bytes. To find a name waits for memory twice, where a Map of strings waits four times, and it takes a third of the
 * room. What does not fit (a full bucket, letters beyond Latin-1, very long names) is in a Map, so names made to collide only
 * make themselves slower.
 */
export class NameTable {
  #slots = new Int32Array(64 * BUCKET)
  #mask = 63
  /** For each id where its text begins, in grains; -1 for a name in `#rest`. */
  #starts = new Int32Array(256)
  #text = new Uint8Array(4096)
  #buffer = Buffer.from(this.#text.buffer)
  #textUsed = 0
  /** Freed places by their length in grains. */
  readonly #freeText = new Map<number, number[]>()
  readonly #rest = new Map<string, number>()
  readonly #restNames = new Map<number, string>()
  #inTable = 0
  /** What `findTwo` found. */
  first = -1
  second = -1

  get size(): number {
    return this.#inTable + this.#rest.size
  }

  /** The number of a name, or -1. */
  find(name: string): number {
    const slots = this.#slots
    const hash = hashOf(name)
    const bucket = (hash & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2) {
      if (slots[place] !== hash) continue
      const id = (slots[place + 1] as number) - 1
      if (id >= 0 && this.#hasText(id, name)) return id
    }
    return this.#rest.size === 0 ? -1 : (this.#rest.get(name) ?? -1)
  }

  /**
   * The numbers of two names, in `first` and `second`. Each step is taken for both before the next, so that both wait for memory at the
   * same time. `rows` is read ahead from the second name's row on, and along its first entry, as soon as that name is likely found:
   * whoever asks needs what lies there next, and need not wait for it after the names have been compared.
   */
  findTwo(one: string, other: string, rows: Adjacency): number {
    const hash = hashOf(one)
    const otherHash = hashOf(other)
    const id = this.#likely(hash)
    const otherId = this.#likely(otherHash)
    if (id < 0 || otherId < 0) {
      this.first = this.find(one)
      this.second = this.find(other)
      return 0
    }
    const text = this.#text
    const touched =
      rows.touchNext(otherId) +
      (text[(this.#starts[id] as number) * GRAIN] as number) +
      (text[(this.#starts[otherId] as number) * GRAIN] as number)
    this.first = this.#hasText(id, one) ? id : this.find(one)
    this.second = this.#hasText(otherId, other) ? otherId : this.find(other)
    return touched
  }

  /** The first id with the hash, most likely the right one; -1 for none. */
  #likely(hash: number): number {
    const slots = this.#slots
    const bucket = (hash & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2)
      if (slots[place] === hash && slots[place + 1] !== 0) return (slots[place + 1] as number) - 1
    return -1
  }

  /** Gives a name, which has none yet, a number that is free. */
  add(name: string, id: number): void {
    this.#reserve(id)
    const start = this.#storeText(name)
    if (start < 0 || !this.#place(hashOf(name), id)) {
      if (start >= 0) this.#freeTextAt(start, name.length)
      this.#starts[id] = -1
      this.#rest.set(name, id)
      this.#restNames.set(id, name)
      return
    }
    this.#starts[id] = start
    this.#inTable++
    if (this.#inTable > (this.#mask + 1) * NAMES_PER_BUCKET) this.#rehash()
  }

  remove(id: number): void {
    const name = this.nameOf(id)
    const rest = this.#restNames.get(id)
    if (rest !== undefined) {
      this.#restNames.delete(id)
      this.#rest.delete(rest)
      return
    }
    const bucket = (hashOf(name) & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2)
      if (this.#slots[place + 1] === id + 1) this.#slots[place + 1] = 0
    this.#freeTextAt(this.#starts[id] ?? 0, name.length)
    this.#inTable--
  }

  nameOf(id: number): string {
    const start = this.#starts[id] as number
    if (start < 0) return this.#restNames.get(id) ?? ""
    const at = start * GRAIN
    const length = (this.#text[at] as number) | ((this.#text[at + 1] as number) << 8)
    return this.#buffer.toString("latin1", at + 2, at + 2 + length)
  }

  /** True where the id's name is this one. */
  is(id: number, name: string): boolean {
    return (this.#starts[id] as number) < 0 ? this.#restNames.get(id) === name : this.#hasText(id, name)
  }

  #hasText(id: number, name: string): boolean {
    const text = this.#text
    const at = (this.#starts[id] as number) * GRAIN
    const { length } = name
    if (((text[at] as number) | ((text[at + 1] as number) << 8)) !== length) return false
    for (let index = 0; index < length; index++)
      if (text[at + 2 + index] !== name.charCodeAt(index)) return false
    return true
  }

  /** False where the bucket is full. */
  #place(hash: number, id: number): boolean {
    const slots = this.#slots
    const bucket = (hash & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2) {
      if (slots[place + 1] !== 0) continue
      slots[place] = hash
      slots[place + 1] = id + 1
      return true
    }
    return false
  }

  /** Twice as many buckets. What still does not fit goes to the rest; what is there stays there. */
  #rehash(): void {
    const old = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Int32Array((this.#mask + 1) * BUCKET)
    for (let place = 0; place < old.length; place += 2) {
      const id = (old[place + 1] as number) - 1
      if (id < 0 || this.#place(old[place] as number, id)) continue
      const name = this.nameOf(id)
      this.#freeTextAt(this.#starts[id] ?? 0, name.length)
      this.#starts[id] = -1
      this.#rest.set(name, id)
      this.#restNames.set(id, name)
      this.#inTable--
    }
  }

  /** Where the text now begins, in grains; -1 where it cannot be kept as bytes. */
  #storeText(name: string): number {
    const { length } = name
    if (length > LENGTH_LIMIT) return -1
    for (let index = 0; index < length; index++) if (name.charCodeAt(index) > 255) return -1
    const grains = grainsOf(length)
    const start = this.#freeText.get(grains)?.pop() ?? this.#extendText(grains)
    const at = start * GRAIN
    const text = this.#text
    text[at] = length & 255
    text[at + 1] = length >> 8
    for (let index = 0; index < length; index++) text[at + 2 + index] = name.charCodeAt(index)
    return start
  }

  #extendText(grains: number): number {
    const start = this.#textUsed
    this.#textUsed += grains
    if (this.#textUsed * GRAIN > this.#text.length) {
      const grown = new Uint8Array(Math.max(this.#text.length * 2, this.#textUsed * GRAIN))
      grown.set(this.#text)
      this.#text = grown
      this.#buffer = Buffer.from(grown.buffer)
    }
    return start
  }

  #freeTextAt(start: number, length: number): void {
    const grains = grainsOf(length)
    const free = this.#freeText.get(grains)
    if (free === undefined) this.#freeText.set(grains, [start])
    else free.push(start)
  }

  #reserve(id: number): void {
    if (id < this.#starts.length) return
    const grown = new Int32Array(Math.max(this.#starts.length * 2, id + 1))
    grown.set(this.#starts)
    this.#starts = grown
  }
}

function grainsOf(length: number): number {
  return Math.ceil((length + 2) / GRAIN)
}

/** All characters, two at a step. It need not resist an attacker: colliding names only fill a bucket. */
function hashOf(name: string): number {
  const { length } = name
  let hash = length
  let index = 0
  for (; index + 1 < length; index += 2)
    hash =
      Math.imul(hash ^ (name.charCodeAt(index) | (name.charCodeAt(index + 1) << 16)), 0x5bd1e995) ^
      (hash >>> 13)
  if (index < length) hash = Math.imul(hash ^ name.charCodeAt(index), 0x5bd1e995)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) | 0
}
