import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import type { Engine } from "./engine.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/** One question of OpenFGA's Check, its form verified by the wire. */
export interface CheckInput extends ModelReference {
  readonly question: TupleKey
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | undefined
  readonly freshness: Freshness
}

/** Has the user the relation to the object? Any failure is thrown: there is no allow but from the evaluator. */
export async function check(
  engine: Engine,
  input: CheckInput,
): Promise<{ allowed: boolean; modelId: string }> {
  const { evaluator, modelId } = await resolveEvaluator(engine, input, input.freshness)
  const { question, contextualTuples, context } = input
  const { allowed } = answerOrRefuse("check", () =>
    evaluator.check({ ...question, contextualTuples, context }),
  )
  return { allowed, modelId }
}
