import { isGatehouseError } from "@gatehouse/kernel"
import fc from "fast-check"
import { expect, test } from "vitest"
import { refusalOf } from "./error-codes.ts"
import { maximumJsonDepth } from "./limits.ts"
import { parseBody, WireMessage } from "./proto-json.ts"

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return isGatehouseError(error) ? refusalOf(error)?.code : String(error)
  }
}

test("every JSON object comes back as it was written", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value)
      expect(parseBody(bytes(text))).toEqual(JSON.parse(text))
    }),
  )
})

test("any bytes are parsed or refused with the wire's code, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
      const code = codeOf(() => new WireMessage(parseBody(body)))
      expect([undefined, "validation_error"]).toContain(code)
    }),
  )
})

test("brackets inside strings do not count as nesting; nesting up to the limit is taken, one more refused", () => {
  expect(
    codeOf(() => parseBody(bytes(JSON.stringify({ a: "[".repeat(10_000), "\\[\\": '"[[' })))),
  ).toBeUndefined()
  const nested = (depth: number) => bytes(`${"[".repeat(depth)}${"]".repeat(depth)}`)
  expect(codeOf(() => parseBody(nested(maximumJsonDepth)))).toBeUndefined()
  expect(codeOf(() => parseBody(nested(maximumJsonDepth + 1)))).toBe("validation_error")
})

test("two members with one name are refused wherever they are, however they are written, and nothing else is", () => {
  for (const body of [
    '{"a":1,"a":1}',
    '{"a":{"b":[{"c":1,"c":2}]}}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1,"__proto__":1}',
  ])
    expect(codeOf(() => parseBody(bytes(body)))).toBe("validation_error")
  for (const body of [
    '{"a":":\\":\\\\","b":"::"}',
    '{"a":{"a":{"a":[{"a":1},{"a":1}]}}}',
    '{"__proto__":{"a":1},"a":1}',
  ])
    expect(codeOf(() => parseBody(bytes(body)))).toBeUndefined()
})

test("a number beyond a double's is refused: kept, it would be null after a restart", () => {
  expect(codeOf(() => parseBody(bytes('{"context":{"x":[1e400]}}')))).toBe("validation_error")
  expect(codeOf(() => parseBody(bytes('{"x":-1e400}')))).toBe("validation_error")
  expect(parseBody(bytes('{"x":1.7e308,"y":"1e400"}'))).toEqual({ x: 1.7e308, y: "1e400" })
})

test("text is taken only in well-formed Unicode, in keys and values alike", () => {
  for (const body of ['{"a":"\\ud800"}', '{"\\udfff":1}', '{"a":[{"b":"\\uD800x"}]}', "\ufeff{}"])
    expect(codeOf(() => parseBody(bytes(body)))).toBe("validation_error")
  expect(parseBody(bytes('{"a":"\\ud83d\\ude00"}'))).toEqual({ a: "😀" })
  expect(codeOf(() => parseBody(new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])))).toBe(
    "validation_error",
  )
})

test("members are own members: no name reaches a prototype", () => {
  const message = new WireMessage({})
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    expect(message.raw(name)).toBeUndefined()
    expect(message.string(name)).toBe("")
  }
  const own = new WireMessage(JSON.parse('{"__proto__":{"user":"user:a"}}'))
  expect(own.string("user")).toBe("")
  expect(own.message("__proto__")?.string("user")).toBe("user:a")
})

test("null is absent, whatever the member's kind", () => {
  const message = new WireMessage({ s: null, i: null, m: null, l: null, x: null, b: null })
  expect([message.string("s"), message.integer("i"), message.message("m")]).toEqual([
    "",
    undefined,
    undefined,
  ])
  expect([message.list("l"), message.struct("x"), message.boolean("b")]).toEqual([
    undefined,
    undefined,
    false,
  ])
})

test.each([
  [5, 5],
  ["5", 5],
  [-1, -1],
  ["-1", -1],
  ["5.0", 5],
  ["1e1", 10],
  [2 ** 31 - 1, 2 ** 31 - 1],
])("the integer %j is %j", (given, read) => {
  expect(new WireMessage({ n: given }).integer("n")).toBe(read)
})

test.each([[2.5], ["2.5"], ["0x5"], ["05"], [" 5"], ["x"], [""], [true], [[]], [{}], [2 ** 31], [1e300]])(
  "the integer %j is refused",
  (given) => {
    expect(codeOf(() => new WireMessage({ n: given }).integer("n"))).toBe("validation_error")
  },
)
