import { randomInt } from "node:crypto"

/**
 * A set of texts by 64 bits of a hash: eight bytes for each, and room to spare. Two texts that hash alike are taken for one, which
 * among a million happens once in 36 million sets; the seed is random, so nobody can choose such texts.
 */
export class FingerprintSet {
  readonly #seed = randomInt(2 ** 32)
  readonly #otherSeed = randomInt(2 ** 32)
  #slots: Uint32Array
  #mask: number
  size = 0

  /** With room for `expected` texts; it grows beyond. */
  constructor(expected: number) {
    let slots = 1_024
    while (slots < expected * 1.5) slots *= 2
    this.#slots = new Uint32Array(slots * 2)
    this.#mask = slots - 1
  }

  add(text: string): void {
    const first = hash(text, this.#seed)
    const second = hash(text, this.#otherSeed) | 1
    if (!this.#insert(first, second)) return
    this.size++
    if (this.size * 1.4 > this.#mask) this.#grow()
  }

  has(text: string): boolean {
    return this.#slots[this.#find(hash(text, this.#seed), hash(text, this.#otherSeed) | 1) + 1] !== 0
  }

  /** Where the pair is, or the free place where it belongs. The second number of a pair is never 0. */
  #find(first: number, second: number): number {
    for (let slot = first & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * 2
      const found = this.#slots[at + 1]
      if (found === 0 || (found === second >>> 0 && this.#slots[at] === first >>> 0)) return at
    }
  }

  #insert(first: number, second: number): boolean {
    const at = this.#find(first, second)
    if (this.#slots[at + 1] !== 0) return false
    this.#slots[at] = first
    this.#slots[at + 1] = second
    return true
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    this.#mask = this.#mask * 2 + 1
    for (let at = 0; at < old.length; at += 2)
      if (old[at + 1] !== 0) this.#insert(old[at] as number, old[at + 1] as number)
  }
}

/** MurmurHash3's mixing, a character at a step. */
function hash(text: string, seed: number): number {
  let mixed = seed | 0
  for (let index = 0; index < text.length; index++) {
    let part = Math.imul(text.charCodeAt(index), 0xcc9e2d51)
    part = (part << 15) | (part >>> 17)
    mixed ^= Math.imul(part, 0x1b873593)
    mixed = (mixed << 13) | (mixed >>> 19)
    mixed = (Math.imul(mixed, 5) + 0xe6546b64) | 0
  }
  mixed ^= text.length
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
