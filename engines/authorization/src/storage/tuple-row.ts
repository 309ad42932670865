import type { RelationshipTuple, TupleCondition } from "@gatehouse/rebac"
import { type RawBuilder, sql } from "kysely"

/** The columns of a tuple, as `tuple` and `change` have them. */
export interface TupleColumns {
  readonly object: string
  readonly relation: string
  readonly user: string
  readonly condition_name: string | null
  readonly condition_context: string | null
}

/** A row as the evaluator takes it; a condition without context gets an empty one. */
export function toTuple(row: TupleColumns): RelationshipTuple {
  const key = { user: row.user, relation: row.relation, object: row.object }
  if (row.condition_name === null) return key
  const context = row.condition_context === null ? {} : JSON.parse(row.condition_context)
  return { ...key, condition: { name: row.condition_name, context } }
}

/** The condition's column; null for a tuple without one. */
export function conditionName(condition: TupleCondition | null | undefined): string | null {
  return condition?.name ?? null
}

/** The context as it is stored: with sorted keys, so that equal contexts are equal texts. */
export function conditionContext(condition: TupleCondition | null | undefined): string | null {
  return condition ? canonicalJson(condition.context ?? {}) : null
}

/** JSON with the keys of every object in code unit order. Its depth is bounded where it is parsed. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`
}

/** A column's time as RFC 3339 in UTC with the microseconds that PostgreSQL keeps. */
export function rfc3339(column: string): RawBuilder<string> {
  return sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** True for text that PostgreSQL cannot hold, so that nothing stored is equal to it. */
export function cannotBeStored(...texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.includes("\u0000"))
}
