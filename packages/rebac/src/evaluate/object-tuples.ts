import type { ConditionContext } from "../condition/condition-program.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import { NO_NAME } from "../store/symbols.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"

/** A tuple of an object's relation that the model allows. */
export interface ObjectTuple {
  readonly classId: number
  readonly user: number
  readonly contextual: boolean
  readonly context: ConditionContext | undefined
}

/**
 * The tuples of an object's relation that the model in use allows: contextual ones, and stored ones that the question does not hide.
 * Conditions are not looked at. With `about`, stored tuples that name another plain user may be left out.
 */
export function* objectTuples(
  question: Question,
  object: number,
  relation: RelationSchema,
  about?: number,
): IterableIterator<ObjectTuple> {
  const { graph, overlay, navigator } = question
  for (const index of overlay.ofObject(object)) {
    const classId = overlay.classes[index] ?? -1
    if (navigator.allowedRelation(classId) === relation)
      yield { classId, user: overlay.userOf(index), contextual: true, context: overlay.contextOf(index) }
  }
  if (object >= TEMPORARY_FROM) return
  const overlaid = overlay.count > 0 || overlay.hidesStored
  for (const { classId, neighbour } of storedEntries(question, object, about)) {
    question.spend(1)
    if (navigator.allowedRelation(classId) !== relation) continue
    if (overlaid && overlay.hides(object, classId, neighbour)) continue
    const conditional = graph.symbols.conditionOf(classId) !== NO_NAME
    const context = conditional ? graph.contextOf(object, classId, neighbour) : undefined
    yield { classId, user: neighbour, contextual: false, context }
  }
}

/** The entries of an object's row. A long one that matters only as far as one user goes is asked for that user instead of walked. */
function* storedEntries(
  { graph }: Question,
  object: number,
  about: number | undefined,
): IterableIterator<{ readonly classId: number; readonly neighbour: number }> {
  const sets = about === undefined ? undefined : graph.byObject.setsOf(object)
  if (about === undefined || sets === undefined) {
    yield* graph.byObject.entries(object)
    return
  }
  const { symbols } = graph
  for (const [classId, set] of sets) {
    const isPlain = symbols.userKinds.second[symbols.userKindOf(classId)] === NO_NAME
    if (!isPlain) for (const neighbour of set.values.subarray(0, set.size)) yield { classId, neighbour }
    else if (set.has(about)) yield { classId, neighbour: about }
  }
}
