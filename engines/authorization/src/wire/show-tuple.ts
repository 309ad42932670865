import type { RelationshipTuple } from "@gatehouse/rebac"

/** A tuple as the wire shows it: an unset condition appears as null. */
export function showTupleKey({ user, relation, object, condition }: RelationshipTuple): object {
  return {
    user,
    relation,
    object,
    condition: condition ? { name: condition.name, context: condition.context ?? {} } : null,
  }
}
