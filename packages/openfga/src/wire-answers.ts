import type { RelationshipTuple, TupleCondition } from "@gatehouse/rebac"
import { memberOf, unavailable } from "./wire-client.ts"

/** `allowed` of an answer. Only the JSON value `true` is an allow, and a missing member is no answer. */
export function allowedIn(value: unknown): boolean {
  const allowed = memberOf(value, "allowed")
  if (typeof allowed !== "boolean") throw unexpected()
  return allowed
}

/** A text member of an answer. Throws as an answer that cannot be understood where it is no text. */
export function textIn(value: unknown, name: string): string {
  const text = memberOf(value, name)
  if (typeof text !== "string") throw unexpected()
  return text
}

/** A list member of an answer. Throws as an answer that cannot be understood where it is no list. */
export function listIn(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name)
  if (!Array.isArray(list)) throw unexpected()
  return list
}

/** A tuple as the wire shows it. */
export function tupleIn(value: unknown): RelationshipTuple {
  const key = {
    user: textIn(value, "user"),
    relation: textIn(value, "relation"),
    object: textIn(value, "object"),
  }
  const condition = memberOf(value, "condition")
  return condition === undefined || condition === null ? key : { ...key, condition: conditionIn(condition) }
}

function conditionIn(value: unknown): TupleCondition {
  const context = memberOf(value, "context") ?? {}
  if (typeof context !== "object" || Array.isArray(context)) throw unexpected()
  return { name: textIn(value, "name"), context: context as Record<string, unknown> }
}

/** An answer that is not of the wire's form counts for nothing. */
export function unexpected(): Error {
  return unavailable("unexpected_answer")
}
