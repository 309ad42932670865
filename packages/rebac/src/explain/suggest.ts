import { GatehouseError } from "@gatehouse/kernel"
import { ReverseSearch } from "../evaluate/reverse-search.ts"
import type { Session } from "../evaluate/session.ts"
import { TRUE } from "../evaluate/verdict.ts"
import type { ExplainQuery, Suggestion } from "../explanation.ts"
import { SUGGESTION_STEP_BUDGET, SUGGESTION_TUPLES_LIMIT } from "../limits.ts"
import { reversePlanOf } from "../model/reverse-plan.ts"
import { parseObject, type RelationshipTuple } from "../relationship-tuple.ts"
import { type Candidate, CandidateFinder, type Held } from "./find-candidates.ts"
import { Inspector } from "./inspect.ts"

/** Suggestions given where the question does not say how many. */
const DEFAULT_SUGGESTIONS = 5
/** Of the smallest changes found, so many are ranked by reach. */
const RANKED_LIMIT = 60
/** What everyone's or a whole userset's access counts at least, against one user's. */
const MANY_USERS = 1_000

/**
 * The smallest changes that would allow what was denied. Candidates are tried for real, one by one, then in pairs, then three
 * together, so what is given does allow it, and nothing smaller among the candidates does.
 */
export function suggest(
  session: Session,
  query: ExplainQuery,
): { suggestions: Suggestion[]; complete: boolean } {
  return new Suggester(session, query).run()
}

class Suggester {
  readonly #session: Session
  readonly #query: ExplainQuery
  #spent = 0
  #complete = true

  constructor(session: Session, query: ExplainQuery) {
    this.#session = session
    this.#query = query
  }

  run(): { suggestions: Suggestion[]; complete: boolean } {
    try {
      const candidates = this.#candidates()
      const changes = this.#smallestChanges(candidates)
      return { suggestions: this.#rank(changes), complete: this.#complete }
    } catch (error) {
      // Out of steps: there may be a change, and it was not found.
      if (error instanceof GatehouseError && error.code === "rebac.resolution_too_complex")
        return { suggestions: [], complete: false }
      throw error
    }
  }

  #candidates(): Candidate[] {
    const session = this.#session
    const { user, relation, object } = this.#query
    const asked = session.relationOf(parseObject(object)?.type ?? "", relation)
    if (asked === undefined) return []
    this.#begin([], [])
    const held = new Map<string, string[]>()
    for (const name of this.#holdings()) {
      const [on = "", of = ""] = name.split("#")
      const key = `${parseObject(on)?.type}#${of}`
      const known = held.get(key)
      if (known === undefined) held.set(key, [on])
      else known.push(on)
    }
    const finder = new CandidateFinder(new Inspector(session, user), held as Held)
    const found = finder.find(object, asked)
    if (!finder.complete) this.#complete = false
    const { mayAdd } = this.#query
    return mayAdd === undefined
      ? found
      : found.filter(({ kind, tuple }) => kind === "remove" || mayAdd(tuple))
  }

  /** Starts the question anew, as it would be after a change. */
  #begin(add: readonly RelationshipTuple[], remove: readonly RelationshipTuple[]): void {
    const { contextualTuples = [], context, user } = this.#query
    this.#spent += this.#session.question.steps
    this.#session.begin({ contextualTuples: [...contextualTuples, ...add], context }, remove)
    this.#session.ask(user)
  }

  /** What the user holds for certain, as `object#relation`. */
  #holdings(): Set<string> {
    const { question, model } = this.#session
    const held = new Set<string>()
    const plan = reversePlanOf(model, model.schema.relations)
    for (const { object, relation, sure } of new ReverseSearch(question, plan).run()) {
      const holds = sure || this.#session.decide(relation, object) === TRUE
      if (holds) held.add(`${question.overlay.nameOf(object)}#${relation.name}`)
    }
    return held
  }

  #smallestChanges(candidates: readonly Candidate[]): Candidate[][] {
    for (let size = 1; size <= SUGGESTION_TUPLES_LIMIT; size++) {
      const changes: Candidate[][] = []
      for (const change of combinations(candidates, size)) {
        if (this.#spent > SUGGESTION_STEP_BUDGET || changes.length >= RANKED_LIMIT) {
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
    const { object, relation } = this.#query
    this.#spent += 5
    this.#begin(tuplesOf(change, "add"), tuplesOf(change, "remove"))
    const asked = this.#session.relationOf(parseObject(object)?.type ?? "", relation)
    return this.#session.decide(asked, this.#session.question.overlay.numberOf(object)) === TRUE
  }

  /** Narrowest first; then what touches the asked object itself; then by name, so that the order is always the same. */
  #rank(changes: readonly Candidate[][]): Suggestion[] {
    this.#begin([], [])
    const before = this.#holdings()
    const { object, suggestions = DEFAULT_SUGGESTIONS } = this.#query
    const ranked = changes.map((change) => {
      const add = tuplesOf(change, "add")
      const remove = tuplesOf(change, "remove")
      const elsewhere = [...add, ...remove].filter((tuple) => tuple.object !== object).length
      return {
        add,
        remove,
        reach: this.#reach(add, remove, before),
        elsewhere,
        text: JSON.stringify([add, remove]),
      }
    })
    ranked.sort((a, b) => a.reach - b.reach || a.elsewhere - b.elsewhere || (a.text < b.text ? -1 : 1))
    return ranked.slice(0, suggestions).map(({ add, remove, reach }) => ({ add, remove, reach }))
  }

  /** Relations on objects that the change opens to the user, times the users it opens them to where it names many. */
  #reach(
    add: readonly RelationshipTuple[],
    remove: readonly RelationshipTuple[],
    before: ReadonlySet<string>,
  ): number {
    this.#begin(add, remove)
    let opened = 0
    for (const name of this.#holdings()) if (!before.has(name)) opened++
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
