import { GatehouseError } from "@gatehouse/kernel"
import type { ListObjectsAnswer } from "../evaluator.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { ReversePlan } from "../model/reverse-plan.ts"
import type { Question } from "./question.ts"
import { ReverseSearch } from "./reverse-search.ts"
import { ERROR, TRUE, type Verdict } from "./verdict.ts"

/** What a list needs besides the question itself. */
export interface ListObjectsParts {
  readonly target: RelationSchema
  readonly plan: ReversePlan
  readonly limit: number
  /** Decides one object that the search could not decide alone. */
  readonly decide: (object: number) => Verdict
}

/**
 * The objects on which the asked user has the target relation. Throws where a candidate cannot be decided and the list is not
 * full: a list that silently left it out would be wrong.
 */
export function listObjects(question: Question, parts: ListObjectsParts): ListObjectsAnswer {
  const objects: string[] = []
  const search = new ReverseSearch(question, parts.plan)
  let undecided = false
  try {
    for (const found of search.run()) {
      if (found.relation !== parts.target) continue
      const verdict = found.sure ? TRUE : parts.decide(found.object)
      if (verdict === ERROR) undecided = true
      if (verdict !== TRUE) continue
      if (objects.length === parts.limit) return { objects, complete: false }
      objects.push(question.overlay.nameOf(found.object))
    }
  } catch (error) {
    if (isSpent(error)) return { objects, complete: false }
    throw error
  }
  if (search.tooDeep) question.exceededDepth = true
  if (undecided || search.undecided || search.tooDeep) throw question.failure()
  return { objects, complete: true }
}

/** True for the error of a question that used up its steps: a list then says that it is incomplete. */
export function isSpent(error: unknown): boolean {
  return error instanceof GatehouseError && error.details["limit"] === "steps"
}
