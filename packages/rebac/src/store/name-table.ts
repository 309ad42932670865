import { Buffer } from "node:buffer"
import type { Adjacency } from "./adjacency.ts"
import { hashOf, lengthAt, readSpelling, Spelling, wordsOf } from "./spelling.ts"

/** Places of one bucket: 64 bytes, a cache line. */
const PLACES = 8
/** Integers of a bucket: for each place a hash and an id + 1, 0 for a free one. */
const BUCKET = PLACES * 2
/** Names to a bucket on average before there are twice as many buckets: one bucket in fifty is full then. */
const NAMES_PER_BUCKET = 4
/** Words of a grain: spellings begin at multiples of it, so that a freed place serves most others of its kind. */
const GRAIN = 2
const GRAIN_BYTES = GRAIN * Int32Array.BYTES_PER_ELEMENT

/**
 * Numbers for names, made for millions of them: a table of hashes, each bucket one cache line, and the spellings one after the other
 * in an array of words. To find a name waits for memory twice, where a Map of strings waits four times, and it takes a third of the
 * room. What does not fit (a full bucket, a name that has no spelling) is in a Map, so names made to collide only make themselves
 * slower.
 */
export class NameTable {
  #slots = new Int32Array(64 * BUCKET)
  #mask = 63
  /** For each id where its text begins, in grains; -1 for a name in `#rest`. */
  #starts = new Int32Array(256)
  #text = new Int32Array(1024)
  #buffer = Buffer.from(this.#text.buffer)
  /** Grains of it in use. */
  #textUsed = 0
  /** Freed places by their length in grains. */
  readonly #freeText = new Map<number, number[]>()
  readonly #rest = new Map<string, number>()
  readonly #restNames = new Map<number, string>()
  #inTable = 0
  readonly #one = new Spelling()
  readonly #other = new Spelling()
  /** What `findTwo` found. */
  first = -1
  second = -1

  get size(): number {
    return this.#inTable + this.#rest.size
  }

  /** The number of a name, or -1. */
  find(name: string): number {
    const spelling = this.#one
    return spelling.spell(name) ? this.#findSpelled(spelling, name) : this.#findInRest(name)
  }

  #findSpelled(spelling: Spelling, name: string): number {
    const slots = this.#slots
    const { hash } = spelling
    const bucket = (hash & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2) {
      if (slots[place] !== hash) continue
      const id = (slots[place + 1] as number) - 1
      if (id >= 0 && this.#isSpelled(id, spelling)) return id
    }
    return this.#findInRest(name)
  }

  #findInRest(name: string): number {
    return this.#rest.size === 0 ? -1 : (this.#rest.get(name) ?? -1)
  }

  /**
   * The numbers of two names, in `first` and `second`. Each step is taken for both before the next, so that both wait for memory at the
   * same time. `rows` is read ahead from the second name's row on, and along its first entry, as soon as that name is likely found:
   * whoever asks needs what lies there next, and need not wait for it after the names have been compared.
   */
  findTwo(name: string, otherName: string, rows: Adjacency): number {
    const one = this.#one
    const other = this.#other
    const spelled = one.spell(name) && other.spell(otherName)
    const id = spelled ? this.#likely(one.hash) : -1
    const otherId = spelled ? this.#likely(other.hash) : -1
    if (id < 0 || otherId < 0) {
      this.first = this.find(name)
      this.second = this.find(otherName)
      return 0
    }
    const text = this.#text
    const touched =
      rows.touchNext(otherId) +
      (text[(this.#starts[id] as number) * GRAIN] as number) +
      (text[(this.#starts[otherId] as number) * GRAIN] as number)
    this.first = this.#isSpelled(id, one) ? id : this.#findSpelled(one, name)
    this.second = this.#isSpelled(otherId, other) ? otherId : this.#findSpelled(other, otherName)
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
    const spelling = this.#one
    if (!spelling.spell(name) || !this.#place(spelling.hash, id)) {
      this.#addToRest(name, id)
      return
    }
    this.#starts[id] = this.#storeText(spelling)
    this.#inTable++
    if (this.#inTable > (this.#mask + 1) * NAMES_PER_BUCKET) this.#rehash()
  }

  #addToRest(name: string, id: number): void {
    this.#starts[id] = -1
    this.#rest.set(name, id)
    this.#restNames.set(id, name)
  }

  remove(id: number): void {
    const rest = this.#restNames.get(id)
    if (rest !== undefined) {
      this.#restNames.delete(id)
      this.#rest.delete(rest)
      return
    }
    const start = this.#starts[id] as number
    const bucket = (hashOf(this.#text, start * GRAIN, this.#wordsAt(start)) & this.#mask) * BUCKET
    for (let place = bucket; place < bucket + BUCKET; place += 2)
      if (this.#slots[place + 1] === id + 1) this.#slots[place + 1] = 0
    this.#freeTextAt(start)
    this.#inTable--
  }

  nameOf(id: number): string {
    const start = this.#starts[id] as number
    return start < 0 ? (this.#restNames.get(id) ?? "") : readSpelling(this.#buffer, start * GRAIN_BYTES)
  }

  /** True where the id's name is this one. */
  is(id: number, name: string): boolean {
    if ((this.#starts[id] as number) < 0) return this.#restNames.get(id) === name
    return this.#one.spell(name) && this.#isSpelled(id, this.#one)
  }

  #isSpelled(id: number, { words, size }: Spelling): boolean {
    const text = this.#text
    const at = (this.#starts[id] as number) * GRAIN
    // The first word holds the length: what is longer differs there.
    for (let index = 0; index < size; index++) if (text[at + index] !== words[index]) return false
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
      this.#freeTextAt(this.#starts[id] as number)
      this.#addToRest(name, id)
      this.#inTable--
    }
  }

  /** Where the text now begins, in grains. */
  #storeText({ words, size }: Spelling): number {
    const grains = grainsOf(size)
    const start = this.#freeText.get(grains)?.pop() ?? this.#extendText(grains)
    this.#text.set(words.subarray(0, size), start * GRAIN)
    return start
  }

  #extendText(grains: number): number {
    const start = this.#textUsed
    this.#textUsed += grains
    if (this.#textUsed * GRAIN > this.#text.length) {
      const grown = new Int32Array(Math.max(this.#text.length * 2, this.#textUsed * GRAIN))
      grown.set(this.#text)
      this.#text = grown
      this.#buffer = Buffer.from(grown.buffer)
    }
    return start
  }

  #wordsAt(start: number): number {
    return wordsOf(lengthAt(this.#buffer, start * GRAIN_BYTES))
  }

  #freeTextAt(start: number): void {
    const grains = grainsOf(this.#wordsAt(start))
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

function grainsOf(words: number): number {
  return Math.ceil(words / GRAIN)
}
