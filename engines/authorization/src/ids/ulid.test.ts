import { expect, test } from "vitest"
import { createUlidSource } from "./ulid.ts"

test("ULIDs have the wire's form, ascend within a millisecond and when the clock goes back, and are never equal", () => {
  const createUlid = createUlidSource()
  const ids = [1_000, 1_000, 5_000, 4_000, 5_001, 5_001].map((time) => createUlid(1_700_000_000_000 + time))
  for (const id of ids) expect(id).toMatch(/^[ABCDEFGHJKMNPQRSTVWXYZ0-9]{26}$/)
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test("a ULID begins with its time, as in the specification's example", () => {
  expect(createUlidSource()(1_469_918_176_385).slice(0, 10)).toBe("01ARYZ6S41")
})
