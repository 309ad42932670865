import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { Lead, ReversePlan } from "../model/reverse-plan.ts"
import { NamedTuples } from "./named-tuples.ts"
import type { Question } from "./question.ts"
import { VisitedNodes } from "./visited-nodes.ts"

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

/** Tuples under way, and what they lead from: a lead of something unsure is unsure. */
interface Walk extends Pick<Reached, "sure" | "depth"> {
  readonly tuples: NamedTuples
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
  /** Plain users whose tuples are still to be walked; undefined before the first step. */
  #users: number[] | undefined
  #walk: Walk | undefined
  /** Nodes met, in their order: those given, then those still to be. */
  readonly #met: Reached[] = []
  #given = 0
  /** Nodes met, whose own leads are still to be walked from `#nextOpen` on. */
  readonly #open: Reached[] = []
  #nextOpen = 0
  /** Nodes that may hold, not met for certain so far. */
  #unsure: Reached[] = []

  constructor(question: Question, plan: ReversePlan) {
    this.#question = question
    this.#plan = plan
  }

  /**
   * The next node that the asked user reaches, each once, the sure ones first. Of a pausable question, undefined comes where its
   * budget is spent before the next is found: whoever gives it a new one goes on where he was.
   */
  next(): Found | undefined | "end" {
    for (;;) {
      const found = this.#met[this.#given]
      if (found !== undefined) {
        this.#given++
        return found
      }
      this.#met.length = 0
      this.#given = 0
      if (this.#question.pausable && this.#question.isSpent) return undefined
      if (!this.#step()) return "end"
    }
  }

  /** Whether the tuples that name the entity were looked at. */
  hasWalked(user: number): boolean {
    return this.#walked.has(user)
  }

  /** The nodes to which holding this one leads in one step. */
  *leadsOf(node: Reached): IterableIterator<Reached> {
    for (const lead of this.#plan.computed(node.relation)) yield computedFrom(node, lead)
    if (!this.#plan.leadsBeyond(node.relation)) return
    const { tuples, ...from } = this.#walkFrom(node)
    while (tuples.next()) for (const lead of tuples.leads) yield throughTuple(from, tuples.object, lead)
  }

  /** Looks at one more tuple, or takes up what comes next; false where nothing is left. */
  #step(): boolean {
    const walk = this.#walk
    if (walk === undefined) return this.#takeUp()
    const { tuples } = walk
    if (!tuples.next()) {
      this.#walk = undefined
      return true
    }
    for (const lead of tuples.leads) this.#reach(throughTuple(walk, tuples.object, lead))
    if (tuples.undecided) this.undecided = true
    return true
  }

  #takeUp(): boolean {
    if (this.#users === undefined) {
      this.#users = this.#begin()
      return true
    }
    const user = this.#users.shift()
    if (user !== undefined) {
      const tuples = new NamedTuples(this.#question, this.#plan, { entity: user, held: undefined })
      this.#walk = { tuples, sure: true, depth: 0 }
      return true
    }
    const node = this.#open[this.#nextOpen]
    if (node !== undefined) {
      this.#nextOpen++
      this.#walk = this.#walkFrom(node)
      return true
    }
    this.#open.length = 0
    this.#nextOpen = 0
    if (this.#unsure.length === 0) return false
    this.#meetUnsure()
    return true
  }

  /** The plain users to begin with; a userset is met itself. */
  #begin(): number[] {
    const { asker, asked, overlay } = this.#question
    if (asker === undefined) return []
    if (asker.relation !== undefined) {
      this.#meet({ object: asked, relation: asker.relation, sure: true, depth: 0 })
      return []
    }
    const users = new Set([asked, overlay.numberOf(`${asker.type}:*`)])
    for (const user of users) this.#walked.add(user)
    return [...users]
  }

  /** The tuples that name whoever holds the node. */
  #walkFrom({ object, relation, sure, depth }: Reached): Walk {
    this.#walked.add(object)
    const tuples = new NamedTuples(this.#question, this.#plan, { entity: object, held: relation })
    return { tuples, sure, depth: depth + 1 }
  }

  /** Meets a sure node; keeps another for later, as it may yet be met for certain. But no longer than it is worth waiting. */
  #reach(node: Reached): void {
    if (node.sure) this.#meet(node)
    else this.#unsure.push(node)
    if (this.#unsure.length >= UNSURE_LIMIT) this.#meetUnsure()
  }

  #meetUnsure(): void {
    const nodes = this.#unsure
    this.#unsure = []
    for (const node of nodes) this.#meet(node)
  }

  /** A node, if it is met for the first time, and with it what is computed from it on the same object. */
  #meet(first: Reached): void {
    const met = this.#met
    let meeting = met.length
    if (!this.#enter(first)) return
    for (; meeting < met.length; meeting++) {
      const node = met[meeting] as Reached
      for (const lead of this.#plan.computed(node.relation)) {
        const next = computedFrom(node, lead)
        if (next.sure || !first.sure) this.#enter(next)
        else this.#unsure.push(next)
      }
      if (this.#plan.leadsBeyond(node.relation)) this.#open.push(node)
    }
  }

  /** Puts a node among those met; false where it was there, or lies deeper than a question may go. */
  #enter(node: Reached): boolean {
    if (!this.#visited.add(node.object, node.relation.index)) return false
    this.#question.visit()
    if (node.depth >= RESOLUTION_DEPTH_LIMIT) {
      this.tooDeep = true
      return false
    }
    this.#met.push(node)
    return true
  }
}

function computedFrom({ object, sure, depth }: Reached, lead: Lead): Reached {
  return { object, relation: lead.relation, sure: sure && lead.sure, depth }
}

function throughTuple(from: Pick<Reached, "sure" | "depth">, object: number, lead: Lead): Reached {
  return { object, relation: lead.relation, sure: from.sure && lead.sure, depth: from.depth }
}
