import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import { COUNT, HEAD, ONLY_NEIGHBOUR, START } from "../store/row-head.ts"
import { Frontier } from "./frontier.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./verdict.ts"
import type { View } from "./view.ts"
import { VisitedNodes } from "./visited-nodes.ts"
import { walkEntries, walkRow } from "./walk-row.ts"

/**
 * Decides a question whose views hold no intersection and no exclusion: breadth first over the nodes it leads to, each once, so
 * every node is met at its smallest depth. Rings are walked once and decide nothing.
 *
 * A level is gone over three times: the heads of its rows are read, then the beginnings of the rows, then the rows are walked. Over
 * a million tuples nearly each of these reads waits for memory; side by side they wait together.
 */
export class Search {
  readonly #frontier = new Frontier()
  readonly #visited = new VisitedNodes()
  #counts = new Int32Array(64)
  #starts = new Int32Array(64)
  #seconds = new Int32Array(64)

  /** TRUE, FALSE, or ERROR where a condition on the way could not be evaluated or the depth was exceeded. */
  run(question: Question, view: View, object: number): Verdict {
    const frontier = this.#frontier
    this.#visited.clear()
    frontier.size = 0
    frontier.push(object, view)
    let verdict: Verdict = FALSE
    let from = 0
    for (let depth = 0; from < frontier.size; depth++) {
      const end = this.#admitLevel(question, from)
      if (end < 0) return TRUE
      if (depth >= RESOLUTION_DEPTH_LIMIT && end > from) {
        question.exceededDepth = true
        return ERROR
      }
      const one = this.#walkLevel(question, from, end)
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
      from = end
    }
    return verdict
  }

  /**
   * Leaves on the frontier, from `from` on, the nodes not met before, with the heads of their rows read. Returns where they end; -1
   * where one of them is the asked userset itself.
   */
  #admitLevel(question: Question, from: number): number {
    const frontier = this.#frontier
    const { objects, views } = frontier
    const { heads } = question.graph.byObject
    const to = frontier.size
    question.spend(to - from)
    this.#reserve(to - from)
    let end = from
    for (let index = from; index < to; index++) {
      const object = objects[index] as number
      const view = views[index] as View
      if (!this.#visited.add(object, view.id)) continue
      if (view.includesAsked && object === question.asked) return -1
      objects[end] = object
      views[end] = view
      const slot = end - from
      if (object < TEMPORARY_FROM) {
        const head = object * HEAD
        this.#counts[slot] = heads[head + COUNT] as number
        this.#starts[slot] = heads[head + START] as number
        this.#seconds[slot] = heads[head + ONLY_NEIGHBOUR] as number
      } else this.#counts[slot] = 0
      end++
    }
    frontier.size = end
    question.visited += end - from
    return end
  }

  #walkLevel(question: Question, from: number, end: number): Verdict {
    const frontier = this.#frontier
    const { overlay, graph } = question
    const { pool } = graph.byObject
    const counts = this.#counts
    const starts = this.#starts
    const seconds = this.#seconds
    const width = end - from
    for (let slot = 0; slot < width; slot++)
      if ((counts[slot] as number) > 1) seconds[slot] = pool[(starts[slot] as number) + 1] as number
    let verdict: Verdict = FALSE
    for (let slot = 0; slot < width; slot++) {
      const object = frontier.objects[from + slot] as number
      const view = frontier.views[from + slot] as View
      const count = counts[slot] as number
      const one =
        count < 0 || overlay.mayHaveObject(view.typeName)
          ? walkRow(question, view, object, frontier)
          : walkEntries(
              question,
              view,
              object,
              count,
              starts[slot] as number,
              seconds[slot] as number,
              frontier,
            )
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
    }
    return verdict
  }

  #reserve(width: number): void {
    if (width <= this.#counts.length) return
    this.#counts = new Int32Array(width * 2)
    this.#starts = new Int32Array(width * 2)
    this.#seconds = new Int32Array(width * 2)
  }
}
