import { GatehouseError } from "@gatehouse/kernel"

/** PostgreSQL cuts longer names off without an error (NAMEDATALEN - 1), so that two names would become one. */
const maximumIdentifierBytes = 63

/**
 * A name as SQL, always quoted, whatever it holds: quotes, semicolons, line breaks (OpenBao CVE-2026-39946). Throws
 * `postgres.invalid_identifier` for what no database object can be called.
 */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name, "utf8")
  if (bytes === 0 || bytes > maximumIdentifierBytes || name.includes("\0") || !name.isWellFormed()) {
    throw new GatehouseError("postgres.invalid_identifier", { details: { bytes } })
  }
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal, for statements that take no parameters, like CREATE ROLE. */
export function quoteLiteral(text: string): string {
  if (text.includes("\0") || !text.isWellFormed()) throw new GatehouseError("postgres.invalid_identifier")
  const escaped = text.replaceAll("'", "''").replaceAll("\\", "\\\\")
  return text.includes("\\") ? ` E'${escaped}'` : `'${escaped}'`
}
