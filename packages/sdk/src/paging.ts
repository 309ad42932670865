import { GatehouseError } from "@gatehouse/kernel"
import { z } from "zod"

/** A time of a row in a cursor, as `toISOString` writes it. There is no year 0 in PostgreSQL. */
export const cursorTime = z.iso.datetime().refine((text) => !text.startsWith("0000"))

/** Places of one list, as opaque text. */
export interface CursorForm<Place> {
  write(place: Place): string
  /** The place that a cursor names; undefined for none. Throws `request.invalid_cursor` for what this list did not write. */
  read(cursor: string | undefined): Place | undefined
}

/**
 * Cursors of one list. A cursor holds the list's name and the order of the page's last item, checked by a schema: it opens
 * nothing, since every page asks for its permission anew, so it needs no signature.
 */
export function createCursorForm<Schema extends z.ZodType>(
  list: string,
  place: Schema,
): CursorForm<z.output<Schema>> {
  return {
    write: (value) => Buffer.from(JSON.stringify([list, value]), "utf8").toString("base64url"),
    read: (cursor) => {
      if (cursor === undefined) return undefined
      const [name, value] = decode(cursor)
      const parsed = place.safeParse(value)
      if (name !== list || !parsed.success) throw new GatehouseError("request.invalid_cursor")
      return parsed.data
    },
  }
}

function decode(cursor: string): [unknown, unknown] {
  try {
    const bytes = Buffer.from(cursor, "base64url")
    // Node skips characters that are not base64url; a cursor has one spelling.
    if (bytes.toString("base64url") !== cursor) return [undefined, undefined]
    const decoded: unknown = JSON.parse(bytes.toString("utf8"))
    return Array.isArray(decoded) && decoded.length === 2 ? [decoded[0], decoded[1]] : [undefined, undefined]
  } catch {
    return [undefined, undefined]
  }
}
