import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { collectReadable, maximumExaminedItems } from "./collect-readable.ts"

/** A list of numbers in order, of which some may be read. */
function listOf(count: number, isReadable: (item: number) => boolean) {
  let examined = 0
  return {
    examined: () => examined,
    page: (limit: number, after?: number) =>
      collectReadable<number, number>({
        limit,
        after,
        read: async (place = -1, wanted) => {
          const left = Math.max(0, count - (place + 1))
          return Array.from({ length: Math.min(wanted, left) }, (_, index) => place + 1 + index)
        },
        placeOf: (item) => item,
        isReadable: async (items) => {
          examined += items.length
          return items.map(isReadable)
        },
      }),
  }
}

async function readAll(list: ReturnType<typeof listOf>, limit: number): Promise<number[]> {
  const all: number[] = []
  let place: number | undefined
  for (;;) {
    const { items, next } = await list.page(limit, place)
    expect(items.length).toBeLessThanOrEqual(limit)
    all.push(...items)
    if (next === undefined) return all
    place = next
  }
}

describe("a page of what one may read", () => {
  it("never leaves out and never repeats anything, whatever may be read and however pages are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, limit, every) => {
          const isReadable = (item: number) => item % every === 0
          const expected = Array.from({ length: count }, (_, item) => item).filter(isReadable)
          expect(await readAll(listOf(count, isReadable), limit)).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it("looks at a bounded number of items, and goes on where it stopped", async () => {
    const list = listOf(maximumExaminedItems * 3, (item) => item === maximumExaminedItems * 2)
    const first = await list.page(10)
    expect(first).toEqual({ items: [], next: maximumExaminedItems - 1 })
    expect(list.examined()).toBe(maximumExaminedItems)
    expect(await readAll(list, 10)).toEqual([maximumExaminedItems * 2])
  })

  it("is the last where nothing follows, also when it is full", async () => {
    const list = listOf(50, () => true)
    expect((await list.page(50)).next).toBeUndefined()
    expect((await list.page(49)).next).toBe(48)
  })
})
