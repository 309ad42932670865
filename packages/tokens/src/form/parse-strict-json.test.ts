import fc from "fast-check"
import { expect, test } from "vitest"
import { parseStrictJsonObject } from "./parse-strict-json.ts"

const parse = (text: string) => parseStrictJsonObject(Buffer.from(text))

test("every JSON object with names of its own reads as JSON.parse reads it", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" })),
      (value) => {
        const text = JSON.stringify(value)
        expect(parse(text)).toEqual(JSON.parse(text))
        const spaced = JSON.stringify(value, null, 2)
        expect(parse(spaced)).toEqual(JSON.parse(text))
      },
    ),
  )
})

test("a name that occurs twice in one object is refused, however deep and however escaped", () => {
  const escaped = (name: string) =>
    [...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: "grapheme-ascii" }),
      fc.jsonValue(),
      fc.integer({ min: 0, max: 8 }),
      fc.boolean(),
      (name, value, depth, asArray) => {
        const inner = `{${JSON.stringify(name)}:${JSON.stringify(value)},"${escaped(name)}":1}`
        let text = inner
        for (let level = 0; level < depth; level += 1) text = asArray ? `{"d":[${text}]}` : `{"d":${text}}`
        expect(parse(text)).toBeUndefined()
      },
    ),
  )
})

test("braces, quotes and commas inside strings mean nothing", () => {
  expect(parse('{"a":"{\\"a\\":1,\\"a\\":2}","b":["},{","\\\\"],"c":"\\\\\\""}')).toBeDefined()
})

test("what is no object is refused", () => {
  for (const text of ["", "null", "[]", '"a"', "1", "{", "{}x", '{"a":1,}'])
    expect(parse(text)).toBeUndefined()
})
