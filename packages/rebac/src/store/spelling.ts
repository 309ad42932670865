import { Buffer } from "node:buffer"

/** Longer names have no spelling: in UTF-8 they might need more than the two bytes for their length can say. */
const LENGTH_LIMIT = 20_000

/** Bytes before the letters, for their number. */
const LETTERS_FROM = 2

/**
 * One name as a table of names keeps it: two bytes for its length, its letters in UTF-8, and zeros up to a whole word. It is written in
 * one native pass, which costs less than looking at the characters of a string one by one, and then hashed and compared by words.
 */
export class Spelling {
  readonly words: Int32Array
  readonly #bytes: Buffer
  /** Words in use. */
  size = 0
  hash = 0

  constructor() {
    this.words = new Int32Array((LENGTH_LIMIT * 3 + 4 + LETTERS_FROM) >> 2)
    this.#bytes = Buffer.from(this.words.buffer)
  }

  /** Spells a name. False where it has no spelling of its own: it is very long, or no well-formed text. */
  spell(name: string): boolean {
    const { length } = name
    if (length > LENGTH_LIMIT) return false
    const bytes = this.#bytes
    const written = bytes.write(name, LETTERS_FROM, "utf8")
    // All halves of a pair that stand alone are written alike.
    if (written !== length && !name.isWellFormed()) return false
    bytes[0] = written & 255
    bytes[1] = written >> 8
    const end = written + LETTERS_FROM
    bytes[end] = 0
    bytes[end + 1] = 0
    bytes[end + 2] = 0
    this.size = wordsOf(written)
    this.hash = hashOf(this.words, 0, this.size)
    return true
  }
}

/** Words of a spelling with so many bytes of letters. */
export function wordsOf(bytes: number): number {
  return (bytes + LETTERS_FROM + 3) >> 2
}

/** The letters of a spelling that begins at a byte. */
export function readSpelling(buffer: Buffer, at: number): string {
  return buffer.toString("utf8", at + LETTERS_FROM, at + LETTERS_FROM + lengthAt(buffer, at))
}

/** Bytes of letters of a spelling that begins at a byte. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

/** A hash of some words. It need not resist an attacker: names that collide only fill a bucket. */
export function hashOf(words: Int32Array, from: number, size: number): number {
  let hash = size
  for (let index = from; index < from + size; index++)
    hash = Math.imul(hash ^ (words[index] as number), 0x5bd1e995) ^ (hash >>> 13)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) | 0
}
