import { isWildcard, type RelationshipTuple, usersetMark } from "../relationship-tuple.ts"
import { compareText } from "./affected-relations.ts"

/** Whom and what a comparison is about: everything that the tuples name. */
export interface Universe {
  /** Users as tuples name them: objects, usersets, and everyone of a type. Sorted. */
  readonly users: readonly string[]
  /** Objects by their type, those that only occur as users or inside usersets included. Sorted. */
  readonly objects: ReadonlyMap<string, readonly string[]>
  readonly objectCount: number
}

/**
 * The universe of the tuples. Somebody whom no tuple names has what everyone of the type (`type:*`) has, and nothing else; so these
 * users stand for all.
 */
export function universeOf(tuples: Iterable<RelationshipTuple>): Universe {
  const users = new Set<string>()
  const objects = new Set<string>()
  for (const { user, object } of tuples) {
    users.add(user)
    objects.add(object)
    const mark = usersetMark(user)
    if (!isWildcard(user)) objects.add(mark < 0 ? user : user.slice(0, mark))
  }
  const byType = new Map<string, string[]>()
  for (const object of [...objects].sort(compareText)) {
    const type = object.slice(0, Math.max(0, object.indexOf(":")))
    const known = byType.get(type)
    if (known === undefined) byType.set(type, [object])
    else known.push(object)
  }
  return { users: [...users].sort(compareText), objects: byType, objectCount: objects.size }
}
