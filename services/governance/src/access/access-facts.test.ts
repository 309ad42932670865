import { expect, test } from "vitest"
import { factsOf } from "./access-facts.ts"
import { maximumFactsBytes, maximumFactsDepth } from "./access-limits.ts"

const refused = expect.objectContaining({ code: "request.invalid" })
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

test("attributes go under their entity's name, the context under its own, which wins", () => {
  expect(
    factsOf({
      subject: { properties: { role: "guest", ip: "::1" } },
      action: { properties: { method: "GET" } },
      resource: { properties: { level: 3 } },
      context: { hour: 9, subject_role: "host" },
    }),
  ).toEqual({ subject_role: "host", subject_ip: "::1", action_method: "GET", resource_level: 3, hour: 9 })
})

test("nothing supplied is no context at all", () => {
  expect(factsOf({})).toBeUndefined()
  expect(factsOf({ subject: { properties: {} }, context: {} })).toBeUndefined()
})

test("names of prototypes are names like any other", () => {
  const context = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}')
  const facts = factsOf({ context })
  expect(Object.entries(facts ?? {})).toEqual([
    ["__proto__", 1],
    ["constructor", 2],
    ["toString", 3],
  ])
  expect(Object.getPrototypeOf(facts)).toBe(Object.prototype)
})

test("size, depth and text are bounded over all entities together, to the last one that passes", () => {
  const filler = (length: number) => ({ properties: { a: "x".repeat(length) } })
  // {"subject_a":"…","resource_a":"…"}
  const frame = Buffer.byteLength(JSON.stringify({ subject_a: "", resource_a: "" }))
  const half = (maximumFactsBytes - frame) / 2
  expect(factsOf({ subject: filler(Math.floor(half)), resource: filler(Math.floor(half)) })).toBeDefined()
  expect(() => factsOf({ subject: filler(half + 1), resource: filler(half + 1) })).toThrow(refused)
  expect(factsOf({ context: { a: nested(maximumFactsDepth - 1) } })).toBeDefined()
  expect(() => factsOf({ context: { a: nested(maximumFactsDepth) } })).toThrow(refused)
  for (const text of ["\ud800", "a\udfff"]) {
    expect(() => factsOf({ context: { a: [text] } })).toThrow(refused)
    expect(() => factsOf({ context: { [text]: 1 } })).toThrow(refused)
  }
  expect(factsOf({ context: { a: "\\ud800 \u{1f511}" } })).toBeDefined()
})
