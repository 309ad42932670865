import type { ConditionContext } from "../condition/condition-program.ts"
import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { Lead, ReversePlan } from "../model/reverse-plan.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, TRUE } from "./verdict.ts"
import { VisitedNodes } from "./visited-nodes.ts"

/** Steps charged for a tuple: to look at it, and to hand on what it leads to. */
const TUPLE_STEPS = 3
/** Unsure nodes kept back at most: who wants some of a million objects is not to wait for the last. */
const UNSURE_LIMIT = 256

/** A relation found to hold on an object (`sure`), or that may hold there. */
export interface Found {
  readonly object: number
  readonly relation: RelationSchema
  readonly sure: boolean
}

/** A node with how many tuples were followed to it. */
export interface Reached extends Found {
  readonly depth: number
}

/** A tuple that names a user, seen from there. */
interface UserTuple {
  readonly classId: number
  readonly object: number
  readonly user: number
  readonly context: ConditionContext | undefined
}

/**
 * Walks from a user towards objects, along the tuples that name it and whatever they make it hold, breadth first. What needs nothing
 * else is walked first; what stands behind an intersection or an exclusion after it, and marked. Each node is given as soon as it
 * is met: whoever needs only some of a million objects walks no further.
 */
export class ReverseSearch {
  /** True once something lay deeper than a question may go: the list cannot be known to be whole. */
  tooDeep = false
  /** True once a condition on the way could not be evaluated: neither can it then. */
  undecided = false
  readonly #question: Question
  readonly #plan: ReversePlan
  readonly #visited = new VisitedNodes()
  /** Those whose tuples were looked at: where none of them changes, what was found stays so. */
  readonly #walked = new Set<number>()
  /** Nodes met, whose own leads are still to be walked. */
  readonly #open: Reached[] = []
  /** Nodes that may hold, not met for certain so far. */
  #unsure: Reached[] = []

  constructor(question: Question, plan: ReversePlan) {
    this.#question = question
    this.#plan = plan
  }

  /**
   * The nodes that the asked user reaches, each once, the sure ones first. Of a pausable question, nothing (`undefined`) comes where
   * its budget is spent before the next is found: whoever gives it a new one goes on where he was.
   */
  *run(): IterableIterator<Found | undefined> {
    yield* this.#walk(this.#begin())
    for (;;) {
      for (let head = 0; head < this.#open.length; head++)
        yield* this.#walk(this.#leadsBeyond(this.#open[head] as Reached))
      this.#open.length = 0
      if (this.#unsure.length === 0) return
      yield* this.#giveUnsure()
    }
  }

  /**
   * Gives the sure ones of some nodes; keeps the others for later, as they may yet be met for certain. But no longer than it is worth
   * waiting.
   */
  *#walk(nodes: Iterable<Reached | undefined>): IterableIterator<Found | undefined> {
    for (const node of nodes) {
      if (node === undefined) yield undefined
      else if (node.sure) yield* this.#meet(node)
      else this.#unsure.push(node)
      if (this.#unsure.length >= UNSURE_LIMIT) yield* this.#giveUnsure()
    }
  }

  *#giveUnsure(): IterableIterator<Found> {
    const nodes = this.#unsure
    this.#unsure = []
    for (const node of nodes) yield* this.#meet(node)
  }

  /** Whether the tuples that name the entity were looked at. */
  hasWalked(user: number): boolean {
    return this.#walked.has(user)
  }

  /** A node, if it is met for the first time, and with it what is computed from it on the same object. */
  #meet(met: Reached): readonly Found[] {
    const found: Found[] = []
    const nodes = [met]
    for (const node of nodes) {
      if (!this.#visited.add(node.object, node.relation.index)) continue
      this.#question.visit()
      if (node.depth >= RESOLUTION_DEPTH_LIMIT) {
        this.tooDeep = true
        return found
      }
      found.push(node)
      for (const lead of this.#plan.computed(node.relation)) {
        const next = computedFrom(node, lead)
        if (next.sure || !met.sure) nodes.push(next)
        else this.#unsure.push(next)
      }
      if (this.#plan.leadsBeyond(node.relation)) this.#open.push(node)
    }
    return found
  }

  *#begin(): IterableIterator<Reached | undefined> {
    const { asker, asked, overlay } = this.#question
    if (asker === undefined) return
    if (asker.relation !== undefined) {
      yield { object: asked, relation: asker.relation, sure: true, depth: 0 }
      return
    }
    const users = new Set([asked, overlay.numberOf(`${asker.type}:*`)])
    for (const user of users) this.#walked.add(user)
    for (const user of users)
      yield* this.#along(user, (classId) => this.#leadsOfUser(classId), { sure: true, depth: 0 })
  }

  /** What tuples of a class give to the plain user, or to everyone, that they name. */
  #leadsOfUser(classId: number): readonly Lead[] {
    const userRelation = this.#userRelationOf(classId)
    // A tuple that names a userset of the asked object is none of the object itself.
    if (userRelation !== NO_NAME && userRelation !== EVERYONE) return []
    return this.#directLeads(classId)
  }

  #directLeads(classId: number): readonly Lead[] {
    const relation = this.#question.navigator.allowedRelation(classId)
    const lead = relation === undefined ? undefined : this.#plan.direct(relation)
    return lead === undefined ? [] : [lead]
  }

  /** What tuples of a class that name an object give to whoever holds the relation on it. */
  #leadsOfHolder(classId: number, held: RelationSchema): readonly Lead[] {
    const { navigator } = this.#question
    const userRelation = this.#userRelationOf(classId)
    if (userRelation !== NO_NAME)
      return navigator.symbols.name(userRelation) === held.name ? this.#directLeads(classId) : []
    const tupleset = navigator.allowedRelation(classId)
    return tupleset === undefined ? [] : this.#plan.throughTupleset(tupleset, held)
  }

  /** The nodes to which the tuples that name a user lead. Tuples of one class mostly lie together, and lead alike. */
  *#along(
    user: number,
    leadsOf: (classId: number) => readonly Lead[],
    { sure, depth }: Pick<Reached, "sure" | "depth">,
  ): IterableIterator<Reached | undefined> {
    let known = -1
    let leads: readonly Lead[] = []
    this.#walked.add(user)
    for (const tuple of this.#tuplesOf(user)) {
      if (this.#question.isSpent) yield undefined
      const { classId, object } = tuple
      if (classId !== known) leads = leadsOf(classId)
      known = classId
      if (leads.length === 0 || !this.#holds(tuple)) continue
      for (const lead of leads) yield { object, relation: lead.relation, sure: sure && lead.sure, depth }
    }
  }

  /** The tuples that name the user, contextual ones first; stored ones that the question hides are passed over. */
  *#tuplesOf(user: number): IterableIterator<UserTuple> {
    const { graph, overlay } = this.#question
    for (const index of overlay.ofUser(user))
      yield {
        classId: overlay.classes[index] ?? -1,
        object: overlay.objectOf(index),
        user,
        context: overlay.contextOf(index),
      }
    if (user >= TEMPORARY_FROM) return
    const overlaid = overlay.count > 0 || overlay.hidesStored
    for (const { classId, neighbour } of graph.byUser.entries(user)) {
      this.#question.spend(TUPLE_STEPS)
      if (overlaid && overlay.hides(neighbour, classId, user)) continue
      const conditional = graph.symbols.conditionOf(classId) !== NO_NAME
      const context = conditional ? graph.contextOf(neighbour, classId, user) : undefined
      yield { classId, object: neighbour, user, context }
    }
  }

  #userRelationOf(classId: number): number {
    const { symbols } = this.#question.navigator
    return symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
  }

  #holds({ classId, object, user, context }: UserTuple): boolean {
    if (this.#question.graph.symbols.conditionOf(classId) === NO_NAME) return true
    const verdict = this.#question.conditionVerdict(object, classId, user, context)
    if (verdict === ERROR) this.undecided = true
    return verdict === TRUE
  }

  /** The nodes to which holding this one leads in one step. */
  *leadsOf(node: Reached): IterableIterator<Reached> {
    for (const lead of this.#plan.computed(node.relation)) yield computedFrom(node, lead)
    if (this.#plan.leadsBeyond(node.relation))
      for (const lead of this.#leadsBeyond(node)) if (lead !== undefined) yield lead
  }

  /** Those of them that are on other objects. */
  #leadsBeyond(node: Reached): IterableIterator<Reached | undefined> {
    const { object, relation, sure, depth } = node
    return this.#along(object, (classId) => this.#leadsOfHolder(classId, relation), {
      sure,
      depth: depth + 1,
    })
  }
}

function computedFrom({ object, sure, depth }: Reached, lead: Lead): Reached {
  return { object, relation: lead.relation, sure: sure && lead.sure, depth }
}
