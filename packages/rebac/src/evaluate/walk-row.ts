import type { ConditionContext } from "../condition/condition-program.ts"
import type { Frontier } from "./frontier.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./verdict.ts"
import { CONDITIONAL, FOLLOW, FOLLOW_MORE, MATCH_EVERYONE, MATCH_SAME, type View } from "./view.ts"

/**
 * Walks over the tuples of an object as a view asks. TRUE as soon as one decides; else what they lead to is put on the frontier,
 * and the answer is FALSE, or ERROR where the condition of a tuple that would decide or lead on cannot be evaluated.
 */
export function walkRow(question: Question, view: View, object: number, frontier: Frontier): Verdict {
  if (question.overlay.mayHaveObject(object)) return walkOverlaidRow(question, view, object, frontier)
  if (object >= TEMPORARY_FROM) return FALSE
  const { byObject } = question.graph
  const count = byObject.heads[object * 2 + 1] ?? 0
  if (count < 0) return walkLongRow(question, view, object, -1 - count, frontier)
  const { pool } = byObject
  const { actions } = view
  const { asked } = question
  const start = byObject.heads[object * 2] ?? 0
  const end = start + count * 2
  let verdict: Verdict = FALSE
  question.spend(count)
  for (let at = start; at < end; at += 2) {
    const classId = pool[at] ?? 0
    const action = actions[classId] ?? 0
    if (action === 0) continue
    const user = pool[at + 1] ?? 0
    if (action < CONDITIONAL) {
      if ((action & MATCH_SAME) !== 0 && user === asked) return TRUE
      if ((action & MATCH_EVERYONE) !== 0) return TRUE
      if ((action & FOLLOW) !== 0) frontier.push(user, view.next[classId] as View)
      else if ((action & FOLLOW_MORE) !== 0) pushMore(view, classId, user, frontier)
      continue
    }
    const one = walkConditional(question, view, object, classId, user, frontier)
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  return verdict
}

function walkConditional(
  question: Question,
  view: View,
  object: number,
  classId: number,
  user: number,
  frontier: Frontier,
): Verdict {
  return applyTuple(
    question,
    view,
    object,
    classId,
    user,
    question.graph.contextOf(object, classId, user),
    frontier,
  )
}

/** What one tuple does, its condition regarded. */
function applyTuple(
  question: Question,
  view: View,
  object: number,
  classId: number,
  user: number,
  context: ConditionContext | undefined,
  frontier: Frontier,
): Verdict {
  const action = view.actions[classId] ?? 0
  const matches = ((action & MATCH_SAME) !== 0 && user === question.asked) || (action & MATCH_EVERYONE) !== 0
  const leads = (action & (FOLLOW | FOLLOW_MORE)) !== 0
  if (!matches && !leads) return FALSE
  const holds =
    (action & CONDITIONAL) === 0 ? TRUE : question.conditionVerdict(object, classId, user, context)
  if (holds !== TRUE) return holds
  if (matches) return TRUE
  if ((action & FOLLOW) !== 0) frontier.push(user, view.next[classId] as View)
  else pushMore(view, classId, user, frontier)
  return FALSE
}

function pushMore(view: View, classId: number, user: number, frontier: Frontier): void {
  for (const next of view.more.get(classId) ?? []) frontier.push(user, next)
}

function walkLongRow(
  question: Question,
  view: View,
  object: number,
  number: number,
  frontier: Frontier,
): Verdict {
  let verdict: Verdict = FALSE
  for (const [classId, set] of question.graph.byObject.longRows[number]?.sets ?? []) {
    const action = view.actions[classId] ?? 0
    question.spend(1)
    if (action === 0) continue
    // Who is given the relation directly is found by hash; only what leads on must be walked.
    if ((action & (FOLLOW | FOLLOW_MORE)) === 0) {
      if ((action & MATCH_EVERYONE) === 0 && !set.has(question.asked)) continue
      if (action < CONDITIONAL) return TRUE
    }
    const only = (action & (FOLLOW | FOLLOW_MORE | MATCH_EVERYONE)) === 0 ? question.asked : -1
    for (let place = 0; place < set.size; place++) {
      const user = only >= 0 ? only : (set.values[place] ?? 0)
      question.spend(1)
      const one = walkConditional(question, view, object, classId, user, frontier)
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
      if (only >= 0) break
    }
  }
  return verdict
}

function walkOverlaidRow(question: Question, view: View, object: number, frontier: Frontier): Verdict {
  const { overlay, graph } = question
  let verdict: Verdict = FALSE
  for (let index = 0; index < overlay.count; index++) {
    if (overlay.objects[index] !== object) continue
    const classId = overlay.classes[index] ?? -1
    const one = applyTuple(
      question,
      view,
      object,
      classId,
      overlay.users[index] ?? -1,
      overlay.contexts[index],
      frontier,
    )
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  question.spend(overlay.count)
  if (object >= TEMPORARY_FROM) return verdict
  for (const { classId, neighbour } of graph.byObject.entries(object)) {
    question.spend(1)
    if ((view.actions[classId] ?? 0) === 0) continue
    if (overlay.hides(object, classId, neighbour)) continue
    const one = walkConditional(question, view, object, classId, neighbour, frontier)
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  return verdict
}
