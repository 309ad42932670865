import type { ConditionContext } from "../condition/condition-program.ts"
import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { Lead, ReversePlan } from "../model/reverse-plan.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, TRUE } from "./verdict.ts"
import { VisitedNodes } from "./visited-nodes.ts"

/** A relation found to hold on an object (`sure`), or that may hold there. */
export interface Found {
  readonly object: number
  readonly relation: RelationSchema
  readonly sure: boolean
}

interface Reached extends Found {
  readonly depth: number
}

/**
 * Walks from a user towards objects, along the tuples that name it and whatever they make it hold, breadth first. What needs nothing
 * else is walked first; what stands behind an intersection or an exclusion after it, and marked.
 */
export class ReverseSearch {
  /** True once something lay deeper than a question may go: the list cannot be known to be whole. */
  tooDeep = false
  /** True once a condition on the way could not be evaluated: neither can it then. */
  undecided = false
  readonly #question: Question
  readonly #plan: ReversePlan
  readonly #visited = new VisitedNodes()
  readonly #sure: Reached[] = []
  readonly #unsure: Reached[] = []

  constructor(question: Question, plan: ReversePlan) {
    this.#question = question
    this.#plan = plan
  }

  /** The nodes that the asked user reaches, each once, the sure ones first. */
  *run(): IterableIterator<Found> {
    this.#start()
    for (const queue of [this.#sure, this.#unsure]) {
      for (let head = 0; head < queue.length; head++) {
        const node = queue[head] as Reached
        if (!this.#visited.add(node.object, node.relation.index)) continue
        this.#question.visit()
        if (node.depth >= RESOLUTION_DEPTH_LIMIT) {
          this.tooDeep = true
          continue
        }
        yield node
        this.#leadOn(node)
      }
    }
  }

  #start(): void {
    const { asker, asked } = this.#question
    if (asker === undefined) return
    if (asker.relation !== undefined) {
      this.#sure.push({ object: asked, relation: asker.relation, sure: true, depth: 0 })
      return
    }
    this.#walkUser(asked, (...tuple) => this.#applyDirect(...tuple))
    const everyone = `${asker.type}:*`
    const wildcard = this.#question.overlay.find(everyone)
    if (wildcard !== undefined && wildcard !== asked)
      this.#walkUser(wildcard, (...tuple) => this.#applyDirect(...tuple))
  }

  /** Calls back for each tuple that names the user, contextual ones first; stored ones with the same key are passed over. */
  #walkUser(
    user: number,
    callback: (
      classId: number,
      object: number,
      user: number,
      context: () => ConditionContext | undefined,
    ) => void,
  ): void {
    const { graph, overlay } = this.#question
    for (const index of overlay.ofUser(user))
      callback(overlay.classes[index] ?? -1, overlay.objectOf(index), user, () => overlay.contextOf(index))
    if (user >= TEMPORARY_FROM) return
    for (const { classId, neighbour } of graph.byUser.entries(user)) {
      this.#question.spend(1)
      if (overlay.hides(neighbour, classId, user)) continue
      callback(classId, neighbour, user, () => graph.contextOf(neighbour, classId, user))
    }
  }

  /** A tuple that names the asked user itself, or everyone: one that names a userset of the same object is none. */
  #applyDirect(
    classId: number,
    object: number,
    user: number,
    context: () => ConditionContext | undefined,
  ): void {
    const { navigator } = this.#question
    const { symbols } = navigator
    const relation = navigator.allowedRelation(classId)
    const userRelation = symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
    if (relation === undefined || (userRelation !== NO_NAME && userRelation !== EVERYONE)) return
    const lead = this.#plan.direct(relation)
    if (lead !== undefined) this.#reach(lead, object, classId, user, context, true, 0)
  }

  #reach(
    lead: Lead,
    object: number,
    classId: number,
    user: number,
    context: () => ConditionContext | undefined,
    sure: boolean,
    depth: number,
  ): void {
    if (this.#question.graph.symbols.conditionOf(classId) !== NO_NAME) {
      const holds = this.#question.conditionVerdict(object, classId, user, context())
      if (holds === ERROR) this.undecided = true
      if (holds !== TRUE) return
    }
    this.#push(object, lead.relation, sure && lead.sure, depth)
  }

  #push(object: number, relation: RelationSchema, sure: boolean, depth: number): void {
    ;(sure ? this.#sure : this.#unsure).push({ object, relation, sure, depth })
  }

  #leadOn(node: Reached): void {
    for (const lead of this.#plan.computed(node.relation))
      this.#push(node.object, lead.relation, node.sure && lead.sure, node.depth)
    const { navigator } = this.#question
    const { symbols } = navigator
    this.#walkUser(node.object, (classId, object, user, context) => {
      const relation = navigator.allowedRelation(classId)
      if (relation === undefined) return
      const userRelation = symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
      if (userRelation !== NO_NAME) {
        if (symbols.name(userRelation) !== node.relation.name) return
        const lead = this.#plan.direct(relation)
        if (lead !== undefined) this.#reach(lead, object, classId, user, context, node.sure, node.depth + 1)
        return
      }
      for (const lead of this.#plan.throughTupleset(relation, node.relation))
        this.#reach(lead, object, classId, user, context, node.sure, node.depth + 1)
    })
  }
}
