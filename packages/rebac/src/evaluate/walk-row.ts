import type { ConditionContext } from "../condition/condition-program.ts"
import { COUNT, HEAD, ONLY_NEIGHBOUR, START } from "../store/row-head.ts"
import type { Frontier } from "./frontier.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, either, FALSE, TRUE, type Verdict } from "./verdict.ts"
import {
  CONDITIONAL,
  FOLLOW,
  FOLLOW_MORE,
  MATCH_EVERYONE,
  MATCH_SAME,
  ONLY_CONDITION,
  type View,
} from "./view.ts"

const LEADS = FOLLOW | FOLLOW_MORE

/**
 * Walks over the tuples of an object as a view asks. TRUE as soon as one decides; else what they lead to is put on the frontier,
 * and the answer is FALSE, or ERROR where the condition of a tuple that would decide or lead on cannot be evaluated.
 */
export function walkRow(question: Question, view: View, object: number, frontier: Frontier): Verdict {
  const { overlay } = question
  if (overlay.mayHaveObject(view.typeName)) {
    const first = overlay.nextOfObject(object, 0)
    if (first >= 0 || overlay.hidesStored) return walkOverlaidRow(question, view, object, first, frontier)
  }
  if (object >= TEMPORARY_FROM) return FALSE
  const { byObject } = question.graph
  const { heads } = byObject
  const head = object * HEAD
  const count = heads[head + COUNT] as number
  if (count < 0) return walkLongRow(question, view, object, false, frontier)
  const start = heads[head + START] as number
  return walkEntries(question, view, object, count, start, heads[head + ONLY_NEIGHBOUR] as number, frontier)
}

/** Walks a short row: `count` entries from `start` on in the pool, or the one that `start` and `onlyNeighbour` are. */
export function walkEntries(
  question: Question,
  view: View,
  object: number,
  count: number,
  start: number,
  onlyNeighbour: number,
  frontier: Frontier,
): Verdict {
  question.spend(count)
  if (count === 1) return walkTuple(question, view, object, start, onlyNeighbour, frontier)
  const { pool } = question.graph.byObject
  const end = start + count * 2
  let verdict: Verdict = FALSE
  for (let at = start; at < end; at += 2) {
    const one = walkTuple(question, view, object, pool[at] as number, pool[at + 1] as number, frontier)
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  return verdict
}

function walkTuple(
  question: Question,
  view: View,
  object: number,
  classId: number,
  user: number,
  frontier: Frontier,
): Verdict {
  switch (view.actions[classId]) {
    case 0:
      return FALSE
    case FOLLOW:
      frontier.push(user, view.next[classId] as View)
      return FALSE
    case MATCH_SAME:
      return user === question.asked ? TRUE : FALSE
    default:
      return applyStored(question, view, object, classId, user, frontier)
  }
}

function applyStored(
  question: Question,
  view: View,
  object: number,
  classId: number,
  user: number,
  frontier: Frontier,
): Verdict {
  const conditional = ((view.actions[classId] as number) & CONDITIONAL) !== 0
  const context = conditional ? question.graph.contextOf(object, classId, user) : undefined
  return applyTuple(question, view, object, classId, user, context, frontier)
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
  if (!matches && (action & (LEADS | ONLY_CONDITION)) === 0) return FALSE
  const holds =
    (action & CONDITIONAL) === 0 ? TRUE : question.conditionVerdict(object, classId, user, context)
  if (holds !== TRUE) return holds
  if (matches) return TRUE
  if ((action & FOLLOW) !== 0) frontier.push(user, view.next[classId] as View)
  else if ((action & FOLLOW_MORE) !== 0)
    for (const next of view.more.get(classId) ?? []) frontier.push(user, next)
  return FALSE
}

function walkLongRow(
  question: Question,
  view: View,
  object: number,
  overlaid: boolean,
  frontier: Frontier,
): Verdict {
  const { overlay } = question
  let verdict: Verdict = FALSE
  for (const [classId, set] of question.graph.byObject.setsOf(object) ?? []) {
    const action = view.actions[classId] ?? 0
    question.spend(1)
    if (action === 0) continue
    // Who is given the relation directly is found by hash; only what leads on, or stands for everyone, must be walked.
    if ((action & (LEADS | MATCH_EVERYONE | ONLY_CONDITION)) === 0) {
      if (!set.has(question.asked) || (overlaid && overlay.hides(object, classId, question.asked))) continue
      const one = applyStored(question, view, object, classId, question.asked, frontier)
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
      continue
    }
    question.spend(set.size)
    for (let place = 0; place < set.size; place++) {
      const user = set.values[place] ?? 0
      if (overlaid && overlay.hides(object, classId, user)) continue
      const one = applyStored(question, view, object, classId, user, frontier)
      if (one === TRUE) return TRUE
      if (one === ERROR) verdict = ERROR
    }
  }
  return verdict
}

/** The same where contextual tuples are about the object (`first` is the first of them), or stored ones are left out. */
function walkOverlaidRow(
  question: Question,
  view: View,
  object: number,
  first: number,
  frontier: Frontier,
): Verdict {
  const { overlay, graph } = question
  let verdict: Verdict = FALSE
  question.spend(overlay.count)
  for (let index = first; index >= 0; index = overlay.nextOfObject(object, index + 1)) {
    const classId = overlay.classes[index] ?? -1
    if ((view.actions[classId] ?? 0) === 0) continue
    const one = applyTuple(
      question,
      view,
      object,
      classId,
      overlay.userOf(index),
      overlay.contextOf(index),
      frontier,
    )
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  if (object >= TEMPORARY_FROM) return verdict
  const { byObject } = graph
  if (byObject.setsOf(object) !== undefined)
    return either(verdict, walkLongRow(question, view, object, true, frontier))
  for (const row = byObject.row(object); row.next(); ) {
    const { classId, neighbour } = row
    question.spend(1)
    if ((view.actions[classId] ?? 0) === 0) continue
    if (overlay.hides(object, classId, neighbour)) continue
    const one = applyStored(question, view, object, classId, neighbour, frontier)
    if (one === TRUE) return TRUE
    if (one === ERROR) verdict = ERROR
  }
  return verdict
}
