/** The value as a list; `null` and an absent one are empty. */
export function asList(value: unknown, where: string): readonly unknown[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw new Error(`${where}: a list is expected`)
  return value
}

export function asRecord(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${where}: members are expected`)
  return value as Readonly<Record<string, unknown>>
}

export function asText(value: unknown, where: string): string {
  if (typeof value !== "string") throw new Error(`${where}: text is expected`)
  return value
}

/** The members of a value, all of which must be known: what has no handler must fail, not be passed over. */
export function knownMembers(
  value: unknown,
  where: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const record = asRecord(value, where)
  const unknown = Object.keys(record).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`${where}: nothing handles the member ${unknown}`)
  return record
}
