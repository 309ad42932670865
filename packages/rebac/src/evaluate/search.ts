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

  /** TRUE, FALSE, or ERROR where a condition on the way could not be evaluated or the depth was exceeded. */
  run(question: Question, view: View, object: number): Verdict {
    const frontier = this.#frontier
    const visited = this.#visited
    visited.clear()
    frontier.size = 0
    frontier.push(object, view)
    let verdict: Verdict = FALSE
    let depth = 0
    let levelEnd = 1
    for (let head = 0; head < frontier.size; head++) {
      if (head === levelEnd) {
        depth++
        levelEnd = frontier.size
      }
      const next = frontier.views[head] as View
      const on = frontier.objects[head] ?? -1
      if (!visited.add(on, next.id)) continue
      question.visit()
      if (depth >= RESOLUTION_DEPTH_LIMIT) {
        question.exceededDepth = true
        return ERROR
      }
      if (next.includesAsked && on === question.asked) return TRUE
      const one = walkRow(question, next, on, frontier)
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
    }
    return verdict
  }
}
