import type { Session } from "../evaluate/session.ts"
import { isSpent } from "../evaluate/spent.ts"
import { TRUE } from "../evaluate/verdict.ts"
import type { ExplainQuery, Suggestion } from "../explanation.ts"
import { SUGGESTION_STEP_BUDGET, SUGGESTION_TUPLES_LIMIT } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { ReversePlan } from "../model/reverse-plan.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { type Candidate, CandidateFinder } from "./find-candidates.ts"
import { findHoldings, type HelpfulRelations, type Holdings } from "./find-holdings.ts"
import { Inspector } from "./inspect.ts"
import { KnownObjects } from "./known-objects.ts"
import { measureReach } from "./measure-reach.ts"

/** Suggestions given where the question does not say how many. */
const DEFAULT_SUGGESTIONS = 5
/** Of the smallest changes found, so many are ranked by reach. */
const RANKED_LIMIT = 60
/** Of the steps for suggestions, the parts that finding candidates, trying them, and ranking what helps may take. */
const FINDING_SHARE = 0.3
const TRYING_SHARE = 0.5
const RANKING_SHARE = 0.2
/** Steps charged for starting a question anew. */
const BEGIN_STEPS = 5
/** Steps charged for a rewrite that a change was the first to need in a plan. */
const FOLD_STEPS = 2
/** What everyone's or a whole userset's access counts at least, against one user's. */
const MANY_USERS = 1_000

/** What suggestions need besides the question. */
export interface SuggestParts {
  /** Asked with each change in turn. */
  readonly session: Session
  /** Asked without any. */
  readonly unchanged: Session
  readonly asked: RelationSchema
  readonly helpful: HelpfulRelations
  readonly changePlan: ReversePlan
}

/**
 * The smallest changes that would allow what was denied. Candidates are tried for real, one by one, then in pairs, then three
 * together, so what is given does allow it, and nothing smaller among the candidates does.
 */
export function suggest(
  parts: SuggestParts,
  query: ExplainQuery,
): { suggestions: Suggestion[]; complete: boolean } {
  return new Suggester(parts, query).run()
}

class Suggester {
  readonly #parts: SuggestParts
  readonly #query: ExplainQuery
  /** Steps spent in the phase under way, and those that it has. */
  #spent = 0
  #budget = 0
  #complete = true

  constructor(parts: SuggestParts, query: ExplainQuery) {
    this.#parts = parts
    this.#query = query
  }

  run(): { suggestions: Suggestion[]; complete: boolean } {
    try {
      this.#beginPhase(FINDING_SHARE)
      const { holdings, complete } = this.#holdings()
      this.#complete = complete
      const changes = this.#smallestChanges(holdings)
      return { suggestions: this.#rank(changes), complete: this.#complete }
    } catch (error) {
      // Out of steps: there may be a change, and it was not found.
      if (isSpent(error)) return { suggestions: [], complete: false }
      throw error
    }
  }

  #beginPhase(share: number): void {
    this.#spent = 0
    this.#budget = SUGGESTION_STEP_BUDGET * share
    this.#parts.session.question.steps = 0
    this.#parts.unchanged.question.steps = 0
  }

  #holdings(): ReturnType<typeof findHoldings> {
    this.#begin(this.#parts.session, [], [])
    return findHoldings(this.#parts.session, this.#parts.helpful)
  }

  #candidates(holdings: Holdings, known: KnownObjects | undefined): Candidate[] {
    const { session, asked } = this.#parts
    const { user, object, mayAdd } = this.#query
    this.#begin(session, [], [])
    const ruled = session.model.ruled.has(asked)
    const finder = new CandidateFinder(new Inspector(session, user), { holdings, ruled, known })
    const found = finder.find(object, asked)
    if (!finder.complete) this.#complete = false
    return mayAdd === undefined
      ? found
      : found.filter(({ kind, tuple }) => kind === "remove" || mayAdd(tuple))
  }

  /** Starts the question anew, as it would be after a change, with what is left of the budget. */
  #begin(session: Session, add: readonly RelationshipTuple[], remove: readonly RelationshipTuple[]): void {
    const { contextualTuples = [], context, user } = this.#query
    const { steps, asker } = session.question
    const planning = (asker?.planner.folded ?? 0) * FOLD_STEPS
    this.#spent += steps + planning + BEGIN_STEPS + contextualTuples.length
    session.beginChanged({ contextualTuples, context }, add, remove)
    session.ask(user)
    session.question.steps = 0
    session.question.budget = Math.max(0, this.#budget - this.#spent)
  }

  #smallestChanges(holdings: Holdings): Candidate[][] {
    let candidates = this.#candidates(holdings, undefined)
    this.#beginPhase(TRYING_SHARE)
    for (let size = 1; size <= SUGGESTION_TUPLES_LIMIT; size++) {
      if (size === 2) {
        const known = new KnownObjects(this.#parts.session.graph, this.#query.contextualTuples ?? [])
        candidates = this.#candidates(holdings, known)
      }
      const changes: Candidate[][] = []
      for (const change of combinations(candidates, size)) {
        if (this.#spent > this.#budget || changes.length >= RANKED_LIMIT) {
          this.#complete = false
          return changes
        }
        if (this.#allows(change)) changes.push(change)
      }
      if (changes.length > 0) return changes
    }
    return []
  }

  #allows(change: readonly Candidate[]): boolean {
    const { session, asked } = this.#parts
    try {
      this.#begin(session, tuplesOf(change, "add"), tuplesOf(change, "remove"))
      return session.decide(asked, session.question.overlay.numberOf(this.#query.object)) === TRUE
    } catch (error) {
      if (!isSpent(error)) throw error
      this.#complete = false
      return false
    }
  }

  /** Narrowest first; then what touches the asked object itself; then by name, so that the order is always the same. */
  #rank(changes: readonly Candidate[][]): Suggestion[] {
    const { object, suggestions = DEFAULT_SUGGESTIONS } = this.#query
    this.#beginPhase(RANKING_SHARE)
    const ranked = []
    for (const change of changes) {
      if (this.#spent > this.#budget) {
        this.#complete = false
        break
      }
      const add = tuplesOf(change, "add")
      const remove = tuplesOf(change, "remove")
      const elsewhere = [...add, ...remove].filter((tuple) => tuple.object !== object).length
      const reach = this.#reach(add, remove)
      ranked.push({ add, remove, reach, elsewhere, text: JSON.stringify([add, remove]) })
    }
    ranked.sort((a, b) => a.reach - b.reach || a.elsewhere - b.elsewhere || (a.text < b.text ? -1 : 1))
    return ranked.slice(0, suggestions).map(({ add, remove, reach }) => ({ add, remove, reach }))
  }

  /** Relations on objects that the change opens to the user, times the users it opens them to where it names many. */
  #reach(add: readonly RelationshipTuple[], remove: readonly RelationshipTuple[]): number {
    const { session, unchanged, changePlan } = this.#parts
    this.#begin(unchanged, [], [])
    this.#begin(session, add, remove)
    const { opened, complete } = measureReach(unchanged, session, changePlan, [...add, ...remove])
    if (!complete) this.#complete = false
    const manyUsers = add.some(
      ({ user }) => user !== this.#query.user && (user.includes("#") || user.endsWith(":*")),
    )
    return manyUsers ? opened * MANY_USERS : opened
  }
}

function tuplesOf(change: readonly Candidate[], kind: Candidate["kind"]): RelationshipTuple[] {
  return change.flatMap((one) => (one.kind === kind ? [one.tuple] : []))
}

function* combinations(items: readonly Candidate[], size: number, from = 0): IterableIterator<Candidate[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let index = from; index <= items.length - size; index++)
    for (const rest of combinations(items, size - 1, index + 1)) yield [items[index] as Candidate, ...rest]
}
