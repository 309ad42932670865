import { leavesOf, type ModelSchema, type RelationSchema } from "../model/model-schema.ts"
import type { RelationName } from "./model-diff.ts"

/** Relations by how both models define them. Each list is in the order of types and names. */
export interface ComparedRelations {
  readonly added: readonly RelationName[]
  readonly removed: readonly RelationName[]
  readonly affected: readonly RelationName[]
}

/**
 * Which relations two models may answer differently. A relation's answer rests on its definition and on those that it leads to;
 * where all of these are equal, so are the answers, and nothing has to be asked.
 */
export function compareRelations(before: ModelSchema, after: ModelSchema): ComparedRelations {
  const names = new Map<string, RelationName>()
  for (const { type, name } of [...before.relations, ...after.relations])
    names.set(keyOf(type, name), { type, relation: name })
  const changed = changedKeys([...names], before, after)
  const dependents = dependentsIn([before, after])
  const pending = [...changed]
  for (let key = pending.pop(); key !== undefined; key = pending.pop())
    for (const dependent of dependents.get(key) ?? [])
      if (!changed.has(dependent)) {
        changed.add(dependent)
        pending.push(dependent)
      }
  const sorted = [...names.entries()]
    .sort(([, a], [, b]) => compareText(a.type, b.type) || compareText(a.relation, b.relation))
    .map(([key, name]) => ({ key, name, isOld: isIn(before, name), isNew: isIn(after, name) }))
  return {
    added: sorted.flatMap(({ name, isOld }) => (isOld ? [] : [name])),
    removed: sorted.flatMap(({ name, isNew }) => (isNew ? [] : [name])),
    affected: sorted.flatMap(({ key, name, isOld, isNew }) =>
      isOld && isNew && changed.has(key) ? [name] : [],
    ),
  }
}

/** The order of everything in a comparison: by code units, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isIn(schema: ModelSchema, { type, relation }: RelationName): boolean {
  return schema.types.get(type)?.has(relation) === true
}

/** Neither a type nor a relation holds `#`. */
function keyOf(type: string, relation: string): string {
  return `${type}#${relation}`
}

function changedKeys(
  names: readonly (readonly [string, RelationName])[],
  before: ModelSchema,
  after: ModelSchema,
): Set<string> {
  return new Set(
    names
      .filter(([, { type, relation }]) => {
        const old = before.types.get(type)?.get(relation)
        const now = after.types.get(type)?.get(relation)
        return (
          old === undefined || now === undefined || definitionOf(before, old) !== definitionOf(after, now)
        )
      })
      .map(([key]) => key),
  )
}

/** A relation's own definition as text, with the conditions that it names. The order of its restrictions does not matter. */
function definitionOf(schema: ModelSchema, { rewrite, restrictions }: RelationSchema): string {
  const texts = restrictions.map(({ type, kind, relation, condition }) => {
    const definition = condition === "" ? undefined : schema.conditions.get(condition)
    const parameters = Object.entries(definition?.parameters ?? {}).sort(([a], [b]) => compareText(a, b))
    return JSON.stringify([type, kind, relation, condition, definition?.expression, parameters])
  })
  return JSON.stringify([rewrite, texts.sort()])
}

/** For each relation those whose definition leads to it, in any of the models. */
function dependentsIn(schemas: readonly ModelSchema[]): ReadonlyMap<string, ReadonlySet<string>> {
  const dependents = new Map<string, Set<string>>()
  for (const schema of schemas)
    for (const relation of schema.relations)
      for (const key of dependenciesOf(schema, relation)) {
        const known = dependents.get(key)
        if (known === undefined) dependents.set(key, new Set([keyOf(relation.type, relation.name)]))
        else known.add(keyOf(relation.type, relation.name))
      }
  return dependents
}

function* dependenciesOf(schema: ModelSchema, relation: RelationSchema): IterableIterator<string> {
  const { type, rewrite, restrictions } = relation
  for (const leaf of leavesOf(rewrite)) {
    if (leaf.kind === "direct") {
      for (const one of restrictions) if (one.kind === "userset") yield keyOf(one.type, one.relation)
    } else if (leaf.kind === "computed") yield keyOf(type, leaf.relation)
    else if (leaf.kind === "tuple_to_userset") {
      yield keyOf(type, leaf.tupleset)
      const parents = schema.types.get(type)?.get(leaf.tupleset)?.restrictions ?? []
      for (const parent of parents) yield keyOf(parent.type, leaf.computed)
    }
  }
}
