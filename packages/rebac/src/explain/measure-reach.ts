import { TEMPORARY_FROM } from "../evaluate/overlay.ts"
import { type Reached, ReverseSearch } from "../evaluate/reverse-search.ts"
import type { Session } from "../evaluate/session.ts"
import { isSpent } from "../evaluate/spent.ts"
import { TRUE } from "../evaluate/verdict.ts"
import { VisitedNodes } from "../evaluate/visited-nodes.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { ReversePlan } from "../model/reverse-plan.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"

/** Of each relation of a type, so many objects are counted: more would tell little and cost much. */
const COUNTED_LIMIT = 10
/** Leads of one node that are looked at. */
const LEADS_LIMIT = 500

/**
 * Counts what a change opens to the asked user: from the changed tuples on, along everything that depends on them, for as long as
 * something changes; not `complete` where the budget ended the count. `before` answers without the change, `after` with it; both have
 * begun and been asked for the same user.
 */
export function measureReach(
  before: Session,
  after: Session,
  plan: ReversePlan,
  changed: readonly RelationshipTuple[],
): { readonly opened: number; readonly complete: boolean } {
  const search = new ReverseSearch(after.question, plan)
  const visited = new VisitedNodes()
  const counts = new Map<RelationSchema, number>()
  let opened = 0
  const nodes = changed.flatMap((tuple) => seedsOf(after, plan, tuple))
  try {
    for (let head = 0; head < nodes.length; head++) {
      const node = nodes[head] as Reached
      const { object, relation } = node
      const count = counts.get(relation) ?? 0
      if (count >= COUNTED_LIMIT || !visited.add(object, relation.index)) continue
      const holds = after.decide(relation, object) === TRUE
      if (holds === (before.decide(relation, sameObject(before, after, object)) === TRUE)) continue
      counts.set(relation, count + 1)
      if (holds) opened++
      let leads = 0
      for (const lead of search.leadsOf(node)) {
        nodes.push(lead)
        if (++leads >= LEADS_LIMIT) break
      }
    }
  } catch (error) {
    if (!isSpent(error)) throw error
    return { opened, complete: false }
  }
  return { opened, complete: true }
}

/** Where a changed tuple can show at first: in its own relation, and in what its object gets through it as a tupleset. */
function seedsOf(session: Session, plan: ReversePlan, tuple: RelationshipTuple): Reached[] {
  const relation = session.relationOf(tuple.object.slice(0, tuple.object.indexOf(":")), tuple.relation)
  if (relation === undefined) return []
  const object = session.question.overlay.numberOf(tuple.object)
  return [relation, ...plan.ofTupleset(relation).map((lead) => lead.relation)].map((one) => ({
    object,
    relation: one,
    sure: false,
    depth: 0,
  }))
}

/** The number that the other session has for an object: the store's is the same, one that only the question names is not. */
function sameObject(there: Session, here: Session, object: number): number {
  return object < TEMPORARY_FROM
    ? object
    : there.question.overlay.numberOf(here.question.overlay.nameOf(object))
}
