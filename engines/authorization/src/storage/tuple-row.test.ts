import fc from "fast-check"
import { expect, test } from "vitest"
import { canonicalJson } from "./tuple-row.ts"

test("canonical JSON says the same, and equal values in any order of keys are the same text", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, shuffled(member)]),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      const value = JSON.parse(JSON.stringify(given))
      expect(JSON.parse(canonicalJson(value))).toEqual(value)
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value))
    }),
  )
})

test("different values are different texts", () => {
  expect(canonicalJson({ a: 1 })).not.toBe(canonicalJson({ a: "1" }))
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }))
  expect(canonicalJson(JSON.parse('{"__proto__":1}'))).not.toBe(canonicalJson({}))
})
