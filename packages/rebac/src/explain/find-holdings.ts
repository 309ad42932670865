import { ReverseSearch } from "../evaluate/reverse-search.ts"
import type { Session } from "../evaluate/session.ts"
import { isSpent } from "../evaluate/spent.ts"
import { TRUE } from "../evaluate/verdict.ts"
import type { CompiledModel } from "../model/compiled-model.ts"
import type { ModelSchema, RelationSchema, Rewrite } from "../model/model-schema.ts"
import { closure, successorsOf, targetsOf, usersetsOf } from "../model/plan.ts"
import { type ReversePlan, reversePlanOf } from "../model/reverse-plan.ts"

/** Steps after which the search for what the user holds ends. */
const HOLDINGS_STEPS = 15_000

/** The asked user's standing: the objects on which it holds a relation, by `type#relation`. */
export type Holdings = ReadonlyMap<string, readonly string[]>

/** Which relations of other objects can help to hold a relation, and the plan to find where the user holds them. */
export interface HelpfulRelations {
  readonly relations: ReadonlySet<RelationSchema>
  readonly plan: ReversePlan
}

/** The relations that a tuple can refer to on the ways to the asked one: as a userset, or through a tupleset. */
export function helpfulRelations(model: CompiledModel, asked: RelationSchema): HelpfulRelations {
  const { schema } = model
  const successors = new Map(
    schema.relations.map((relation) => [relation, successorsOf(schema, relation)] as const),
  )
  const relations = new Set<RelationSchema>()
  for (const relation of closure([asked], successors)) {
    for (const one of usersetsOf(schema, relation)) relations.add(one)
    for (const one of throughTuplesets(schema, relation, relation.rewrite)) relations.add(one)
  }
  return { relations, plan: reversePlanOf(model, [...relations]) }
}

function throughTuplesets(schema: ModelSchema, owner: RelationSchema, rewrite: Rewrite): RelationSchema[] {
  switch (rewrite.kind) {
    case "direct":
    case "computed":
      return []
    case "tuple_to_userset": {
      const tupleset = schema.types.get(owner.type)?.get(rewrite.tupleset)
      return tupleset === undefined ? [] : targetsOf(schema, tupleset, rewrite.computed)
    }
    case "exclusion":
      return [rewrite.base, rewrite.subtract].flatMap((child) => throughTuplesets(schema, owner, child))
    default:
      return rewrite.children.flatMap((child) => throughTuplesets(schema, owner, child))
  }
}

/** Where the asked user holds a helpful relation for certain; not `complete` where the search had to end early. */
export function findHoldings(
  session: Session,
  { relations, plan }: HelpfulRelations,
): { readonly holdings: Holdings; readonly complete: boolean } {
  const { question } = session
  question.budget = Math.min(question.budget, HOLDINGS_STEPS)
  const holdings = new Map<string, string[]>()
  try {
    const search = new ReverseSearch(question, plan)
    for (let found = search.next(); found !== "end"; found = search.next()) {
      if (found === undefined) continue
      const { object, relation, sure } = found
      if (!relations.has(relation) || !(sure || session.decide(relation, object) === TRUE)) continue
      const key = `${relation.type}#${relation.name}`
      const known = holdings.get(key)
      const name = question.overlay.nameOf(object)
      if (known === undefined) holdings.set(key, [name])
      else known.push(name)
    }
  } catch (error) {
    if (!isSpent(error)) throw error
    return { holdings, complete: false }
  }
  return { holdings, complete: true }
}
