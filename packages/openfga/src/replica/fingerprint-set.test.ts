import { expect, test } from "vitest"
import { FingerprintSet } from "./fingerprint-set.ts"

const name = (index: number) => `document:${index}\nviewer\nuser:acme/${index * 7}`

test.each([0, 30_000])(
  "a set made for %d texts finds all of 20,000 and none of 20,000 others",
  (expected) => {
    const set = new FingerprintSet(expected)
    for (let index = 0; index < 20_000; index++) set.add(name(index))
    for (let index = 0; index < 20_000; index++) set.add(name(index))
    expect(set.size).toBe(20_000)
    const found = (from: number) => {
      let count = 0
      for (let index = from; index < from + 20_000; index++) if (set.has(name(index))) count++
      return count
    }
    expect(found(0)).toBe(20_000)
    expect(found(20_000)).toBe(0)
  },
)
