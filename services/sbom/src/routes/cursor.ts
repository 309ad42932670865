import { GatehouseError } from "@gatehouse/kernel"
import type { z } from "zod"

/** A place in a list, as text that only its own list reads back. It holds no more than the last row's order. */
export function writeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url")
}

/** The place that a cursor names. Throws `request.invalid_cursor` for a text that this list did not write. */
export function readCursor<Place extends z.ZodType>(schema: Place, cursor: string): z.output<Place> {
  const parsed = schema.safeParse(parse(Buffer.from(cursor, "base64url").toString("utf8")))
  if (!parsed.success) throw new GatehouseError("request.invalid_cursor")
  return parsed.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Cuts the one row too many that tells whether there is a next page, and writes its cursor. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  placeOf: (row: Row) => readonly (string | number)[],
): { items: Item[]; next_cursor: string | null } {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return {
    items: kept.map(toItem),
    next_cursor: rows.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null,
  }
}
