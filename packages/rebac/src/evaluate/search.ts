import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import { Frontier } from "./frontier.ts"
import type { Question } from "./question.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./verdict.ts"
import type { View } from "./view.ts"
import { VisitedNodes } from "./visited-nodes.ts"
import { walkRow } from "./walk-row.ts"

/**
 * Decides a question whose views hold no intersection and no exclusion: breadth first over the nodes it leads to, each once, so
 * every node is met at its smallest depth. Rings are walked once and decide nothing.
 */
export class Search {
  readonly #frontier = new Frontier()
  readonly #visited = new VisitedNodes()

  /** TRUE, FALSE, or ERROR where a condition that matters could not be evaluated or the depth was exceeded. */
  run(question: Question, view: View, object: number, depth: number): Verdict {
    const frontier = this.#frontier
    this.#visited.clear()
    frontier.size = 0
    frontier.depth = depth
    frontier.push(object, view, false)
    const sure = this.#advance(question, false)
    if (sure === TRUE) return TRUE
    const unsure = this.#keepUnsure() > 0 && this.#advance(question, true) !== FALSE
    return unsure ? ERROR : sure
  }

  /**
   * Walks the frontier to its end. `unsure` says which nodes: those that conditions led to which hold, or those behind a condition
   * that could not be evaluated. Where the user is found behind one of these, the answer is not known.
   */
  #advance(question: Question, unsure: boolean): Verdict {
    const frontier = this.#frontier
    let verdict: Verdict = FALSE
    for (let head = 0; head < frontier.size; head++) {
      if (!unsure && frontier.unsure[head] === true) continue
      const one = this.#visit(
        question,
        frontier.objects[head] ?? -1,
        frontier.views[head] as View,
        frontier.depths[head] ?? 0,
      )
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
    }
    return verdict
  }

  #visit(question: Question, object: number, view: View, depth: number): Verdict {
    if (!this.#visited.add(object, view.id)) return FALSE
    question.visited++
    question.spend(1)
    if (depth >= RESOLUTION_DEPTH_LIMIT) {
      question.exceededDepth = true
      return ERROR
    }
    if (view.includesAsked && object === question.asked) return TRUE
    this.#frontier.depth = depth + 1
    return walkRow(question, view, object, this.#frontier)
  }

  /** Leaves only the unsure nodes on the frontier, and returns how many they are. */
  #keepUnsure(): number {
    const frontier = this.#frontier
    let kept = 0
    for (let index = 0; index < frontier.size; index++) {
      if (frontier.unsure[index] !== true) continue
      frontier.objects[kept] = frontier.objects[index] ?? -1
      frontier.views[kept] = frontier.views[index] as View
      frontier.depths[kept] = frontier.depths[index] ?? 0
      kept++
    }
    frontier.size = kept
    return kept
  }
}
