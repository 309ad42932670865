/**
 * A model as text in one canonical form, so that the same model compares equal however a server shows it: without its id,
 * without unset members (null, empty text, list or object where protobuf shows a default), keys and types in order.
 */
export function canonicalModel(model: unknown): string {
  const { id: _, ...rest } = asObject(model)
  const types = Array.isArray(rest.type_definitions) ? rest.type_definitions : []
  const ordered = [...types].sort((a, b) => compare(String(asObject(a).type), String(asObject(b).type)))
  return JSON.stringify(canonical({ ...rest, type_definitions: ordered }))
}

/** Members that mean something even when they are empty objects: the direct rewrite and the wildcard. */
const meaningfulWhenEmpty = new Set(["this", "wildcard"])

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  const members = Object.entries(value)
    .map(([key, member]) => [key, canonical(member)] as const)
    .filter(([key, member]) => !isUnset(member) || (meaningfulWhenEmpty.has(key) && isEmptyObject(member)))
    .sort(([a], [b]) => compare(a, b))
  return Object.fromEntries(members)
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined || value === "" || isEmptyObject(value) || isEmptyList(value)
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
