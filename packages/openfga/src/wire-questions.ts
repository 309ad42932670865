import type { RelationshipTuple } from "@gatehouse/rebac"

/** A tuple as the wire takes it. */
export function wireTuple({ user, relation, object, condition }: RelationshipTuple): object {
  if (!condition) return { user, relation, object }
  return { user, relation, object, condition: { name: condition.name, context: condition.context ?? {} } }
}

export function wireTuples(tuples: readonly RelationshipTuple[] | undefined): object {
  return tuples === undefined || tuples.length === 0
    ? {}
    : { contextual_tuples: { tuple_keys: tuples.map(wireTuple) } }
}

export function wireContext(context: Readonly<Record<string, unknown>> | undefined): object {
  return context === undefined ? {} : { context }
}

export function wireConsistency(consistency: "minimize_latency" | "higher_consistency" | undefined): object {
  return consistency === undefined ? {} : { consistency: consistency.toUpperCase() }
}
