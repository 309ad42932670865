import type { RelationshipTuple } from "@gatehouse/rebac"
import type { Consistency } from "./authorizer.ts"

/** A tuple as the wire takes it. */
export function wireTuple({ user, relation, object, condition }: RelationshipTuple): object {
  if (!condition) return { user, relation, object }
  return { user, relation, object, condition: { name: condition.name, context: condition.context ?? {} } }
}

/** A question's contextual tuples as the wire takes them; no member where there are none. */
export function wireTuples(tuples: readonly RelationshipTuple[] | undefined): object {
  return tuples === undefined || tuples.length === 0
    ? {}
    : { contextual_tuples: { tuple_keys: tuples.map(wireTuple) } }
}

/** A question's context as the wire takes it; no member where there is none. */
export function wireContext(context: Readonly<Record<string, unknown>> | undefined): object {
  return context === undefined ? {} : { context }
}

/** A question's consistency as the wire takes it; left out, the server decides. It has one word for all that must be current. */
export function wireConsistency(consistency: Consistency | undefined): object {
  if (consistency === undefined) return {}
  return { consistency: isCurrent(consistency) ? "HIGHER_CONSISTENCY" : "MINIMIZE_LATENCY" }
}

/** True where the answer must know every write acknowledged before the call. */
export function isCurrent(consistency: Consistency | undefined): boolean {
  return consistency === "after_call" || consistency === "higher_consistency"
}
