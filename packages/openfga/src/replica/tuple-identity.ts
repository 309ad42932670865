import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"

/** A tuple's identity as one text: no part of a stored tuple holds a line break. */
export function keyOf({ object, relation, user }: TupleKey): string {
  return `${object}\n${relation}\n${user}`
}

/** True where both are the same tuple under the same condition, or both are none. */
export function isSameTuple(
  one: RelationshipTuple | undefined,
  other: RelationshipTuple | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other
  return keyOf(one) === keyOf(other) && conditionText(one) === conditionText(other)
}

/** A tuple as the server will show it: its condition's context in JSON's types, and a copy. */
export function storedForm({ user, relation, object, condition }: RelationshipTuple): RelationshipTuple {
  if (!condition) return { user, relation, object }
  const context: Record<string, unknown> = JSON.parse(JSON.stringify(condition.context ?? {}))
  return { user, relation, object, condition: { name: condition.name, context } }
}

function conditionText({ condition }: RelationshipTuple): string {
  return condition ? JSON.stringify([condition.name, ordered(condition.context ?? {})]) : ""
}

/** Members in one order, for servers keep none. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== "object" || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, ordered(member)])
}
