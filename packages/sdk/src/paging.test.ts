import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { createCursorForm } from "./paging.ts"

const form = createCursorForm("notes", z.tuple([z.string(), z.int()]))

describe("a cursor", () => {
  it("is read back as the place it was written for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), fc.integer(), (text, number) => {
        expect(form.read(form.write([text, number]))).toEqual([text, number])
      }),
    )
  })

  it("left out means the beginning", () => {
    expect(form.read(undefined)).toBeUndefined()
  })

  it("of another list is refused", () => {
    const other = createCursorForm("letters", z.tuple([z.string(), z.int()]))
    expect(() => form.read(other.write(["a", 1]))).toThrowError(
      expect.objectContaining({ code: "request.invalid_cursor" }),
    )
  })

  it("changed anywhere is refused, or names a place of the same form", () => {
    const cursor = form.write(["a", 1])
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.string({ maxLength: 3 }), (at, insert) => {
        const changed = cursor.slice(0, at) + insert + cursor.slice(at + 1)
        try {
          expect(form.read(changed)).toEqual([expect.any(String), expect.any(Number)])
        } catch (error) {
          expect(error).toMatchObject({ code: "request.invalid_cursor" })
        }
      }),
    )
  })

  it.each(["", "!", "bnVsbA", "W10", "e30", "////", " "])("is never %j", (text) => {
    expect(() => form.read(text)).toThrowError(expect.objectContaining({ code: "request.invalid_cursor" }))
  })
})
