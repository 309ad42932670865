import type { RelationshipTuple } from "@gatehouse/rebac"

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

/** A question's consistency in the wire's capitals; left out, the server decides. */
export function wireConsistency(consistency: "minimize_latency" | "higher_consistency" | undefined): object {
  return consistency === undefined ? {} : { consistency: consistency.toUpperCase() }
}
