import type { ModelSchema, RelationSchema, Rewrite } from "./model-schema.ts"

/**
 * The relations that some tuple could ever give to someone. OpenFGA asks of a union that one operand has an entrypoint, of an
 * intersection and of an exclusion that each has; a relation reached only through itself has none. A least fixed point.
 */
export function relationsWithEntrypoints(schema: ModelSchema): ReadonlySet<RelationSchema> {
  const found = new Set<RelationSchema>()
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const relation of schema.relations)
      if (!found.has(relation) && hasEntrypoint(schema, relation, relation.rewrite, found))
        found.add(relation)
  }
  return found
}

function hasEntrypoint(
  schema: ModelSchema,
  owner: RelationSchema,
  rewrite: Rewrite,
  found: ReadonlySet<RelationSchema>,
): boolean {
  const isFound = (type: string, name: string): boolean => {
    const relation = schema.types.get(type)?.get(name)
    return relation !== undefined && found.has(relation)
  }
  switch (rewrite.kind) {
    case "direct":
      return owner.restrictions.some((one) => one.kind !== "userset" || isFound(one.type, one.relation))
    case "computed":
      return isFound(owner.type, rewrite.relation)
    case "tuple_to_userset": {
      const tupleset = schema.types.get(owner.type)?.get(rewrite.tupleset)
      return tupleset?.restrictions.some((one) => isFound(one.type, rewrite.computed)) === true
    }
    case "union":
      return rewrite.children.some((child) => hasEntrypoint(schema, owner, child, found))
    case "intersection":
      return rewrite.children.every((child) => hasEntrypoint(schema, owner, child, found))
    case "exclusion":
      return (
        hasEntrypoint(schema, owner, rewrite.base, found) &&
        hasEntrypoint(schema, owner, rewrite.subtract, found)
      )
  }
}

/** True where the relation's own definition leads back to it through computed relations on the same object. */
export function isComputedCycle(schema: ModelSchema, relation: RelationSchema): boolean {
  return reachesItself(schema, relation, relation.rewrite, new Set([relation.name]), new Set())
}

function reachesItself(
  schema: ModelSchema,
  owner: RelationSchema,
  rewrite: Rewrite,
  path: Set<string>,
  finished: Set<string>,
): boolean {
  switch (rewrite.kind) {
    case "direct":
    case "tuple_to_userset":
      return false
    case "computed": {
      if (path.has(rewrite.relation)) return true
      if (finished.has(rewrite.relation)) return false
      const next = schema.types.get(owner.type)?.get(rewrite.relation)
      if (next === undefined) return false
      path.add(next.name)
      const cyclic = reachesItself(schema, next, next.rewrite, path, finished)
      path.delete(next.name)
      finished.add(next.name)
      return cyclic
    }
    case "exclusion":
      return [rewrite.base, rewrite.subtract].some((child) =>
        reachesItself(schema, owner, child, path, finished),
      )
    default:
      return rewrite.children.some((child) => reachesItself(schema, owner, child, path, finished))
  }
}

/**
 * True where a relation without entrypoints is a loop in OpenFGA's sense: some branch of its definition comes back, through
 * computed relations alone, to a relation it has passed. The message differs, nothing else.
 */
export function isPotentialLoop(schema: ModelSchema, relation: RelationSchema): boolean {
  return isComputedCycle(schema, relation)
}
