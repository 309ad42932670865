import fc from "fast-check"
import { expect, test } from "vitest"
import { readForm } from "./read-form.ts"

test("every set of parameters with distinct names comes back as it was written", () => {
  const text = fc.string({ minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 20, noNullPrototype: true }), (members) => {
      const form = readForm(Buffer.from(new URLSearchParams(members).toString()))
      const expected = [...new URLSearchParams(new URLSearchParams(members).toString())]
      expect(form && [...form]).toEqual(expected)
    }),
  )
})

test("a repeated name is refused however it is encoded, resource and audience aside", () => {
  for (const text of ["a=1&a=1", "a=1&%61=2", "a&a", "a=&a=1", "x=1&y=2&x="])
    expect(readForm(text), text).toBeUndefined()
  expect(readForm("resource=a&resource=b&audience=c&audience=d")).toEqual(
    new Map([
      ["resource", "a"],
      ["audience", "c"],
    ]),
  )
})

test("an empty value is no value, and a flood of names is refused", () => {
  expect(readForm("a=&b=1")).toEqual(new Map([["b", "1"]]))
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}=1`).join("&")
  expect(readForm(names(100))?.size).toBe(100)
  expect(readForm(names(101))).toBeUndefined()
  expect(readForm(Uint8Array.of(0x61, 0x3d, 0xff))).toBeUndefined()
})
