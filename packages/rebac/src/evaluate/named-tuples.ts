import type { ConditionContext } from "../condition/condition-program.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { Lead, ReversePlan } from "../model/reverse-plan.ts"
import type { RowCursor } from "../store/row-cursor.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, TRUE } from "./verdict.ts"

/** Steps charged for a tuple: to look at it, and to hand on what it leads to. */
const TUPLE_STEPS = 3
const noLeads: readonly Lead[] = []

/** Who is named: a plain user or everyone, or whoever holds a relation on an object. */
export interface Named {
  readonly entity: number
  /** The relation held; undefined for a plain user. */
  readonly held: RelationSchema | undefined
}

/** Walks the tuples that name somebody, contextual ones first; stored ones that the question hides are passed over. */
export class NamedTuples {
  /** Of the tuple where the walk stands: its object, and what the tuple leads to there; nothing where it does not count. */
  object = -1
  leads: readonly Lead[] = noLeads
  /** True once a condition could not be evaluated. */
  undecided = false
  readonly #question: Question
  readonly #plan: ReversePlan
  readonly #named: Named
  readonly #contextual: Iterator<number> | undefined
  readonly #stored: RowCursor | undefined
  readonly #overlaid: boolean
  /** Tuples of one class mostly lie together, and lead alike. */
  #knownClass = -1
  #knownLeads: readonly Lead[] = noLeads

  constructor(question: Question, plan: ReversePlan, named: Named) {
    const { overlay, graph } = question
    this.#question = question
    this.#plan = plan
    this.#named = named
    this.#contextual = overlay.count > 0 ? overlay.ofUser(named.entity) : undefined
    this.#stored = named.entity < TEMPORARY_FROM ? graph.byUser.row(named.entity) : undefined
    this.#overlaid = overlay.count > 0 || overlay.hidesStored
  }

  /** Moves to the next tuple; false at the end. Spends steps of the question's budget. */
  next(): boolean {
    return (this.#contextual !== undefined && this.#nextContextual(this.#contextual)) || this.#nextStored()
  }

  #nextContextual(contextual: Iterator<number>): boolean {
    const { value: index, done } = contextual.next()
    if (done === true) return false
    const { overlay } = this.#question
    const classId = overlay.classes[index] ?? -1
    this.#stand(classId, overlay.objectOf(index))
    if (this.#isConditional(classId)) this.#judge(classId, overlay.contextOf(index))
    return true
  }

  #nextStored(): boolean {
    const row = this.#stored
    if (row?.next() !== true) return false
    const { classId, neighbour } = row
    const { overlay, graph } = this.#question
    const user = this.#named.entity
    this.#question.spend(TUPLE_STEPS)
    this.#stand(classId, neighbour)
    if (this.#overlaid && overlay.hides(neighbour, classId, user)) this.leads = noLeads
    if (this.#isConditional(classId)) this.#judge(classId, graph.contextOf(neighbour, classId, user))
    return true
  }

  #stand(classId: number, object: number): void {
    if (classId !== this.#knownClass) {
      this.#knownClass = classId
      this.#knownLeads = this.#leadsOf(classId)
    }
    this.object = object
    this.leads = this.#knownLeads
  }

  /** Whether the tuple counts only under a condition. One that leads nowhere need not be judged. */
  #isConditional(classId: number): boolean {
    return this.leads.length > 0 && this.#question.graph.symbols.conditionOf(classId) !== NO_NAME
  }

  #judge(classId: number, context: ConditionContext | undefined): void {
    const verdict = this.#question.conditionVerdict(this.object, classId, this.#named.entity, context)
    if (verdict === ERROR) this.undecided = true
    if (verdict !== TRUE) this.leads = noLeads
  }

  #leadsOf(classId: number): readonly Lead[] {
    const { navigator } = this.#question
    const { symbols } = navigator
    const { held } = this.#named
    const userRelation = symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
    // A tuple that names a userset of the asked object is none of the object itself.
    if (held === undefined)
      return userRelation === NO_NAME || userRelation === EVERYONE ? this.#directLeads(classId) : noLeads
    if (userRelation !== NO_NAME)
      return symbols.name(userRelation) === held.name ? this.#directLeads(classId) : noLeads
    const tupleset = navigator.allowedRelation(classId)
    return tupleset === undefined ? noLeads : this.#plan.throughTupleset(tupleset, held)
  }

  #directLeads(classId: number): readonly Lead[] {
    const relation = this.#question.navigator.allowedRelation(classId)
    const lead = relation === undefined ? undefined : this.#plan.direct(relation)
    return lead === undefined ? noLeads : [lead]
  }
}
