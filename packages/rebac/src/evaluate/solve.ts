import { GatehouseError } from "@gatehouse/kernel"
import { CALL_DEPTH_LIMIT, RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import { Frontier } from "./frontier.ts"
import type { Question } from "./question.ts"
import { both, CYCLE, ERROR, either, FALSE, negated, TRUE, type Verdict } from "./verdict.ts"
import type { View, ViewRule } from "./view.ts"
import { walkRow } from "./walk-row.ts"

/** What is known of a node: its verdict, and the depth at which that was found. `OPEN` while it is being decided. */
interface Known {
  verdict: Verdict | typeof OPEN
  readonly depth: number
}

const OPEN = -1

/** Views are numbered below this, so that an object and a view make one exact number. */
const viewLimit = 2 ** 20

/**
 * Decides any question, intersections and exclusions included, depth first, in Kleene's three values: a node that leads back to
 * itself is not known, and what is not known never becomes an allow.
 *
 * What is known for certain is kept for the rest of the question. What is not known may be so only because a node above is still
 * open, so it is kept no longer than that node leaves it unknown too: a result cut short by a cycle is never taken for final.
 */
export class Solver {
  readonly #known = new Map<number, Known>()
  /** Keys of nodes kept as not known, in the order they were found. */
  readonly #notKnown: number[] = []
  readonly #frontier = new Frontier()
  #calls = 0

  /** Forgets what was known; to be called before each question (a list's checks are one question). */
  begin(): void {
    this.#known.clear()
    this.#notKnown.length = 0
    this.#frontier.size = 0
    this.#calls = 0
  }

  run(question: Question, view: View, object: number, depth: number): Verdict {
    if (depth >= RESOLUTION_DEPTH_LIMIT) {
      question.exceededDepth = true
      return ERROR
    }
    if (view.includesAsked && object === question.asked) return TRUE
    const key = object * viewLimit + view.id
    const known = this.#known.get(key)
    if (known !== undefined) {
      if (known.verdict === OPEN) return CYCLE
      // What exceeded the depth from further down may not do so from here.
      if (known.verdict !== ERROR || known.depth <= depth) return known.verdict
    }
    return this.#decide(question, view, object, depth, key)
  }

  #decide(question: Question, view: View, object: number, depth: number, key: number): Verdict {
    question.visit()
    if (++this.#calls > CALL_DEPTH_LIMIT)
      throw new GatehouseError("rebac.resolution_too_complex", { details: { limit: "calls" } })
    const known: Known = { verdict: OPEN, depth }
    this.#known.set(key, known)
    const mark = this.#notKnown.length
    const verdict = this.#evaluate(question, view, object, depth)
    this.#calls--
    known.verdict = verdict
    if (verdict === TRUE || verdict === FALSE) this.#forget(mark, false)
    else {
      if (verdict === ERROR) this.#forget(mark, true)
      this.#notKnown.push(key)
    }
    return verdict
  }

  /** Forgets the nodes found not known since the mark: all of them, or those cut short by a cycle. */
  #forget(mark: number, cyclesOnly: boolean): void {
    let kept = mark
    for (let index = mark; index < this.#notKnown.length; index++) {
      const key = this.#notKnown[index] ?? -1
      if (cyclesOnly && this.#known.get(key)?.verdict === ERROR) this.#notKnown[kept++] = key
      else this.#known.delete(key)
    }
    this.#notKnown.length = kept
  }

  #evaluate(question: Question, view: View, object: number, depth: number): Verdict {
    const frontier = this.#frontier
    const base = frontier.size
    let verdict = walkRow(question, view, object, frontier)
    for (let index = base; index < frontier.size && verdict !== TRUE; index++) {
      const next = this.run(question, frontier.views[index] as View, frontier.objects[index] ?? -1, depth + 1)
      verdict = either(verdict, next)
    }
    frontier.size = base
    for (const rule of view.rules) {
      if (verdict === TRUE) return TRUE
      verdict = either(verdict, this.#applyRule(question, rule, object, depth))
    }
    return verdict
  }

  #applyRule(question: Question, rule: ViewRule, object: number, depth: number): Verdict {
    if (rule.kind === "exclusion") {
      const base = this.run(question, rule.base(), object, depth)
      return base === FALSE ? FALSE : both(base, negated(this.run(question, rule.subtract(), object, depth)))
    }
    let verdict: Verdict = TRUE
    for (const operand of rule.operands()) {
      verdict = both(verdict, this.run(question, operand, object, depth))
      if (verdict === FALSE) return FALSE
    }
    return verdict
  }
}
