import fc from "fast-check"
import { expect, test } from "vitest"
import { createTupleStore } from "./tuple-store.ts"

const tuple = (object: number, user: number) => ({
  user: `user:${user}`,
  relation: "viewer",
  object: `document:${object}`,
})

test("a walk in parts meets every tuple that is there all the time, whatever comes and goes meanwhile", () => {
  const place = fc.tuple(fc.nat(3), fc.nat(90))
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: 300 }),
      fc.array(fc.tuple(fc.boolean(), place), { maxLength: 200 }),
      fc.integer({ min: 1, max: 40 }),
      (initial, changes, partSize) => {
        const store = createTupleStore()
        store.write({ writes: initial.map(([object, user]) => tuple(object, user)) })
        const lasting = new Set([...store.read()].map((one) => JSON.stringify(one)))
        const met = new Set<string>()
        const coming = [...changes]
        for (const part of store.walk(partSize)) {
          for (const one of part) met.add(JSON.stringify(one))
          for (const [write, [object, user]] of coming.splice(0, 7)) {
            const one = tuple(object, user)
            store.write(write ? { writes: [one] } : { deletes: [one] })
            if (!write) lasting.delete(JSON.stringify(one))
          }
        }
        expect([...lasting].filter((one) => !met.has(one))).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

test("a walk of what does not change gives every tuple once", () => {
  const store = createTupleStore()
  for (let user = 0; user < 500; user++) store.write({ writes: [tuple(user % 7, user), tuple(9, user)] })
  const parts = [...store.walk(50)]
  expect(parts.flat()).toHaveLength(store.size)
  expect(new Set(parts.flat().map((one) => JSON.stringify(one))).size).toBe(store.size)
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(50 + 32)
})
