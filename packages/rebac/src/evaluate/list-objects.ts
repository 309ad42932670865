import { LIST_STEP_BUDGET, STEP_BUDGET } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { ReversePlan } from "../model/reverse-plan.ts"
import type { ListCursor, ListObjectsAnswer, ListObjectsQuery } from "../queries.ts"
import { type Found, ReverseSearch } from "./reverse-search.ts"
import { invalidRequest, type Session } from "./session.ts"
import { isSpent } from "./spent.ts"
import { ERROR, TRUE, type Verdict } from "./verdict.ts"

/** Characters of a name that cost a step to hand out. */
const CHARACTERS_PER_STEP = 64

/**
 * The objects on which the asked user has the target relation, as far as the budget and the query's limit go. The session has begun
 * and been asked; where the list is not complete, its cursor keeps the session. Throws where a candidate cannot be decided and
 * the list is at its end: one that silently left it out would be wrong.
 */
export function listObjects(
  session: Session,
  query: ListObjectsQuery,
  target: RelationSchema,
  plan: ReversePlan,
): ListObjectsAnswer {
  return new ObjectList(session, query, target, plan).takePart(query.limit)
}

/** A list under way. */
class ObjectList {
  readonly #session: Session
  readonly #query: ListObjectsQuery
  readonly #target: RelationSchema
  readonly #plan: ReversePlan
  /** What was given in the parts before. */
  readonly #given: string[] = []
  /** The same by name, once a search that began anew could find it again. */
  #leaveOut: ReadonlySet<string> | undefined
  #search: ReverseSearch
  #found: Iterator<Found | undefined>
  /** Found in the part before, which had no room or no steps left for it. */
  #waiting: Found | undefined
  #undecided = false
  /** The store's, at which the search began. */
  #version: number

  constructor(session: Session, query: ListObjectsQuery, target: RelationSchema, plan: ReversePlan) {
    this.#session = session
    this.#query = query
    this.#target = target
    this.#plan = plan
    this.#search = new ReverseSearch(session.question, plan)
    this.#found = this.#search.run()
    this.#version = session.graph.version
  }

  /** The next part of the list, with a new budget. */
  takePart(limit = Number.POSITIVE_INFINITY): ListObjectsAnswer {
    const { question, graph } = this.#session
    if (this.#version === graph.version) this.#session.resume()
    else this.#beginAnew()
    question.budget = LIST_STEP_BUDGET
    const retried = this.#waiting
    const objects: string[] = []
    while (!question.isSpent) {
      const found = this.#next()
      if (found === "end") return this.#finish(objects)
      if (found === undefined) break
      const name = found.relation === this.#target ? this.#nameOf(found) : undefined
      if (name === undefined) continue
      const verdict = this.#decide(found, found === retried)
      if (verdict === "later") break
      if (verdict === ERROR) this.#undecided = true
      if (verdict !== TRUE) continue
      if (objects.length >= limit) {
        this.#waiting = found
        break
      }
      objects.push(name)
    }
    return this.#leave(objects, limit)
  }

  #next(): Found | undefined | "end" {
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      return waiting
    }
    const { question } = this.#session
    question.pausable = true
    try {
      const next = this.#found.next()
      return next.done === true ? "end" : next.value
    } finally {
      question.pausable = false
    }
  }

  /** The object's name; undefined for one that was given before. */
  #nameOf({ object }: Found): string | undefined {
    const { question } = this.#session
    const name = question.overlay.nameOf(object)
    question.steps += Math.ceil(name.length / CHARACTERS_PER_STEP)
    return this.#leaveOut?.has(name) === true ? undefined : name
  }

  /**
   * Whether the object belongs to the list; later, where the rest of the part's budget did not suffice to tell. One that begins a part
   * may take as much as a check, and fails as a check does.
   */
  #decide(found: Found, beginsPart: boolean): Verdict | "later" {
    if (found.sure) return TRUE
    const { question } = this.#session
    if (beginsPart) question.budget = STEP_BUDGET
    try {
      return this.#session.decide(this.#target, found.object)
    } catch (error) {
      if (beginsPart || !isSpent(error)) throw error
      this.#waiting = found
      return "later"
    } finally {
      question.budget = LIST_STEP_BUDGET
    }
  }

  #finish(objects: string[]): ListObjectsAnswer {
    const { question } = this.#session
    if (this.#search.tooDeep) question.exceededDepth = true
    if (this.#undecided || this.#search.undecided || this.#search.tooDeep) throw question.failure()
    return { objects, complete: true }
  }

  #leave(objects: string[], limit: number): ListObjectsAnswer {
    for (const name of objects) this.#given.push(name)
    return { objects, complete: false, cursor: new OneUseCursor((next = limit) => this.takePart(next)) }
  }

  /** Numbers of objects hold no longer than the store stays as it is, and what was sure may not be so any more. */
  #beginAnew(): void {
    const session = this.#session
    session.begin(this.#query)
    session.ask(this.#query.user)
    this.#search = new ReverseSearch(session.question, this.#plan)
    this.#found = this.#search.run()
    this.#waiting = undefined
    this.#undecided = false
    this.#leaveOut = new Set(this.#given)
    this.#version = session.graph.version
  }
}

class OneUseCursor implements ListCursor {
  #take: ((limit: number | undefined) => ListObjectsAnswer) | undefined

  constructor(take: (limit: number | undefined) => ListObjectsAnswer) {
    this.#take = take
  }

  next(limit?: number): ListObjectsAnswer {
    const take = this.#take
    if (take === undefined) throw invalidRequest("the cursor was used before")
    this.#take = undefined
    return take(limit)
  }
}
