import { createHash } from "node:crypto"

/** OpenFGA takes objects of 256 bytes; a segment leaves room for type, organization and separators. */
export const maximumSegmentBytes = 200

const kept = /[A-Za-z0-9._-]/

/**
 * Writes any text as a segment of an OpenFGA id: `[A-Za-z0-9._-]` stays, every other byte of the UTF-8 becomes `%XX`;
 * over 200 bytes it becomes `%h` and the SHA-256 of the text in hex. Injective: `%h` is no escape, since `h` is no hex digit.
 * Lone surrogates have no UTF-8 and would all become U+FFFD, so they are refused with a RangeError.
 */
export function encodeIdSegment(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("a segment of an id is well-formed Unicode")
  let encoded = ""
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte)
    encoded +=
      byte < 0x80 && kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  }
  if (encoded.length <= maximumSegmentBytes) return encoded
  return `%h${createHash("sha256").update(text, "utf8").digest("hex")}`
}

/** The text of a segment, or undefined for a digest (which cannot be turned back) and for anything never encoded so. */
export function decodeIdSegment(segment: string): string | undefined {
  if (!/^(?:[A-Za-z0-9._-]|%[0-9A-F]{2})*$/.test(segment)) return undefined
  const bytes = Buffer.from(
    segment.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  )
  const text = bytes.toString("utf8")
  return encodeIdSegment(text) === segment ? text : undefined
}
