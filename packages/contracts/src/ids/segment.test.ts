import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeIdSegment, encodeIdSegment, maximumSegmentBytes } from "./segment.ts"

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom("a", "A", "%", "2", "F", "h", "/", ":", "#", "*", "@", " ", "\u00e9", "\u0301"),
    maxLength: 40,
  }),
)

describe("encodeIdSegment", () => {
  it("gives two different texts two different segments", () => {
    fc.assert(
      fc.property(anyText, anyText, (left, right) => {
        if (left !== right) expect(encodeIdSegment(left)).not.toBe(encodeIdSegment(right))
      }),
      { numRuns: 2_000 },
    )
  })

  it("gives a text and its own encoding different segments, unless nothing had to be encoded", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeIdSegment(text)
        if (encoded !== text) expect(encodeIdSegment(encoded)).not.toBe(encoded)
      }),
    )
  })

  it("writes only characters that no id of OpenFGA gives a meaning, within the limit", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeIdSegment(text)
        expect(encoded).toMatch(/^(?:[A-Za-z0-9._-]|%[0-9A-F]{2})*$|^%h[0-9a-f]{64}$/)
        expect(Buffer.byteLength(encoded)).toBeLessThanOrEqual(maximumSegmentBytes)
      }),
    )
  })

  it("is turned back exactly, unless it is a digest", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeIdSegment(text)
        expect(decodeIdSegment(encoded)).toBe(encoded.startsWith("%h") ? undefined : text)
      }),
    )
  })

  it.each([
    ["letters, digits, dot, dash and underscore stay", "a.B-c_9", "a.B-c_9"],
    ["a slash cannot become another segment", "a/b", "a%2Fb"],
    ["a colon, a hash and a star cannot end an id", "a:b#c*", "a%3Ab%23c%2A"],
    ["each byte of the UTF-8 is written", "\u00e9", "%C3%A9"],
    ["a composed and a decomposed letter differ", "e\u0301", "e%CC%81"],
    ["an escape in the text is escaped itself", "%2F", "%252F"],
    ["nothing is nothing", "", ""],
  ])("%s", (_guarantee, text, encoded) => {
    expect(encodeIdSegment(text)).toBe(encoded)
  })

  it("digests what would be longer than the limit, by the whole text", () => {
    const long = "x".repeat(maximumSegmentBytes)
    expect(encodeIdSegment(long)).toBe(long)
    expect(encodeIdSegment(`${long}a`)).toMatch(/^%h[0-9a-f]{64}$/)
    expect(encodeIdSegment(`${long}a`)).not.toBe(encodeIdSegment(`${long}b`))
  })

  it("cannot be made to equal a digest", () => {
    const digest = encodeIdSegment("x".repeat(maximumSegmentBytes + 1))
    expect(encodeIdSegment(digest)).not.toBe(digest)
  })

  it("refuses a lone surrogate, which has no UTF-8 of its own", () => {
    expect(() => encodeIdSegment("\ud800")).toThrow(RangeError)
  })
})

describe("decodeIdSegment", () => {
  it.each(["%2f", "%41", "%", "%2", "a/b", "a b", "%C3", "%FF", "%h00", "é"])(
    "refuses %j, which nothing encodes to",
    (segment) => {
      expect(decodeIdSegment(segment)).toBeUndefined()
    },
  )
})
