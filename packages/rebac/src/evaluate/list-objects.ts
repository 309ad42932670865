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
  /** Found in the part before, which had no room or no steps left for it. */
  #waiting: Found | undefined
  #undecided = false
  /** Changes that the store had seen at the end of the last part. */
  #changes: number
  /** What the question itself names, by the store's numbers at that time. */
  #named: ReadonlySet<number> = new Set()

  constructor(session: Session, query: ListObjectsQuery, target: RelationSchema, plan: ReversePlan) {
    this.#session = session
    this.#query = query
    this.#target = target
    this.#plan = plan
    this.#search = new ReverseSearch(session.question, plan)
    this.#changes = session.graph.changes.count
  }

  /** The next part of the list, with a new budget. */
  takePart(limit = Number.POSITIVE_INFINITY): ListObjectsAnswer {
    const { question } = this.#session
    if (this.#isDisturbed()) this.#beginAnew()
    else this.#session.resume()
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
      return this.#search.next()
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
    const { question, graph } = this.#session
    for (const name of objects) this.#given.push(name)
    this.#named = question.overlay.storedNumbers().add(question.asked)
    this.#changes = graph.changes.count
    return { objects, complete: false, cursor: new OneUseCursor((next = limit) => this.takePart(next)) }
  }

  /**
   * Whether the store changed since the last part so that the search must begin anew. INVARIANT: it goes on only where no row that it
   * walked is another now. Then whatever it found is still held by a tuple of such a row, so that its number is its own still; and what
   * it has yet to walk it walks as it is then.
   */
  #isDisturbed(): boolean {
    const { question, graph } = this.#session
    if (graph.changes.count === this.#changes) return false
    if (question.overlay.isOutdated) return true
    return graph.changes.someSince(
      this.#changes,
      (object, user) => this.#search.hasWalked(user) || this.#named.has(object) || this.#named.has(user),
    )
  }

  #beginAnew(): void {
    const session = this.#session
    session.begin(this.#query)
    session.ask(this.#query.user)
    this.#search = new ReverseSearch(session.question, this.#plan)
    this.#waiting = undefined
    this.#undecided = false
    this.#leaveOut = new Set(this.#given)
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
