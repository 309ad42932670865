import type { CompiledModel } from "./compiled-model.ts"
import type { RelationSchema, Rewrite } from "./model-schema.ts"
import { closure, successorsOf, targetsOf, usersetsOf } from "./plan.ts"

/** Where holding something leads: a relation on the same or another object; `sure` where nothing else is needed for it. */
export interface Lead {
  readonly relation: RelationSchema
  readonly sure: boolean
}

/**
 * For lists of objects: how one relation comes to hold, seen from the user. What stands in an intersection or in the base of an
 * exclusion leads on without certainty; what is subtracted leads nowhere.
 */
export interface ReversePlan {
  /** Relations that can come to hold on an object because one of its own tuples counts. */
  direct(relation: RelationSchema): Lead | undefined
  /** Relations of the same object that are computed from the given one. */
  computed(relation: RelationSchema): readonly Lead[]
  /** Relations that come to hold on an object because its tupleset leads to one where `held` holds. */
  throughTupleset(tupleset: RelationSchema, held: RelationSchema): readonly Lead[]
  /** Relations that can come to hold on an object because of its tupleset, whatever holds there. */
  ofTupleset(tupleset: RelationSchema): readonly Lead[]
  /** Whether holding the relation can lead to anything on other objects. */
  leadsBeyond(relation: RelationSchema): boolean
}

interface Occurrence {
  readonly leaf: Rewrite
  readonly sure: boolean
}

type Occurrences = (rewrite: Rewrite, sure: boolean) => IterableIterator<Occurrence>

/** The leaves of a definition by which it can come to hold. What is only ever subtracted is none. */
function* heldBy(rewrite: Rewrite, sure: boolean): IterableIterator<Occurrence> {
  switch (rewrite.kind) {
    case "union":
      for (const child of rewrite.children) yield* heldBy(child, sure)
      return
    case "intersection":
      for (const child of rewrite.children) yield* heldBy(child, false)
      return
    case "exclusion":
      yield* heldBy(rewrite.base, false)
      return
    default:
      yield { leaf: rewrite, sure }
  }
}

/** The leaves of a definition that it depends on, subtracted ones with them; none of them decides it for certain. */
function* changedBy(rewrite: Rewrite): IterableIterator<Occurrence> {
  if (rewrite.kind === "union" || rewrite.kind === "intersection")
    for (const child of rewrite.children) yield* changedBy(child)
  else if (rewrite.kind === "exclusion") {
    yield* changedBy(rewrite.base)
    yield* changedBy(rewrite.subtract)
  } else yield { leaf: rewrite, sure: false }
}

/** The reverse plan towards the given relations: only what can lead to one of them is in it. */
export function reversePlanOf(model: CompiledModel, targets: readonly RelationSchema[]): ReversePlan {
  return planTowards(model, targets, heldBy)
}

/** Where a change of what holds can show: in whatever depends on it. */
export function changePlanOf(model: CompiledModel): ReversePlan {
  return planTowards(model, model.schema.relations, changedBy)
}

function planTowards(
  { schema }: CompiledModel,
  targets: readonly RelationSchema[],
  occurrencesOf: Occurrences,
): ReversePlan {
  const forward = new Map(
    schema.relations.map((relation) => [
      relation,
      [...occurrencesOf(relation.rewrite, true)].flatMap(({ leaf }) => successorsOf(schema, relation, leaf)),
    ]),
  )
  const relevant = closure(targets, forward)
  const direct = new Map<RelationSchema, Lead>()
  const computed = new Map<RelationSchema, Lead[]>()
  const tuplesets = new Map<RelationSchema, { readonly computed: string; readonly lead: Lead }[]>()
  for (const relation of relevant) {
    for (const { leaf, sure } of occurrencesOf(relation.rewrite, true)) {
      const lead = { relation, sure }
      if (leaf.kind === "direct")
        direct.set(relation, direct.get(relation)?.sure === true ? { relation, sure: true } : lead)
      if (leaf.kind === "computed")
        append(computed, schema.types.get(relation.type)?.get(leaf.relation), lead)
      if (leaf.kind === "tuple_to_userset")
        append(tuplesets, schema.types.get(relation.type)?.get(leaf.tupleset), {
          computed: leaf.computed,
          lead,
        })
    }
  }
  const beyond = new Set<RelationSchema>()
  for (const relation of direct.keys()) for (const held of usersetsOf(schema, relation)) beyond.add(held)
  for (const [tupleset, leads] of tuplesets)
    for (const lead of leads) for (const held of targetsOf(schema, tupleset, lead.computed)) beyond.add(held)
  return {
    direct: (relation) => direct.get(relation),
    computed: (relation) => computed.get(relation) ?? [],
    throughTupleset: (tupleset, held) =>
      (tuplesets.get(tupleset) ?? []).flatMap((one) => (one.computed === held.name ? [one.lead] : [])),
    ofTupleset: (tupleset) => (tuplesets.get(tupleset) ?? []).map(({ lead }) => lead),
    leadsBeyond: (relation) => beyond.has(relation),
  }
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key | undefined, value: Value): void {
  if (key === undefined) return
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}
