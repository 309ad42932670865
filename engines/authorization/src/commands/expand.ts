import { parseObject, type RelationshipTuple, type UsersetTreeNode } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { refuse } from "../wire/error-codes.ts"
import type { Engine } from "./engine.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/** One question of OpenFGA's Expand: who is related, one level deep. */
export interface ExpandInput extends ModelReference {
  readonly object: string
  readonly relation: string
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly freshness: Freshness
}

/** One level of a relation, as a tree of usersets. */
export async function expand(
  engine: Engine,
  input: ExpandInput,
): Promise<{ root: UsersetTreeNode; modelId: string }> {
  const { object, relation, contextualTuples } = input
  const { evaluator, modelId } = await resolveEvaluator(engine, input, input.freshness)
  if (object === "" || relation === "")
    throw refuse("invalid_expand_input", "Invalid input. Make sure you provide an object and a relation")
  assertObject(object)
  const { root } = answerOrRefuse("expand", () => evaluator.expand({ object, relation, contextualTuples }))
  return { root, modelId }
}

function assertObject(object: string): void {
  const parsed = parseObject(object)
  if (parsed === undefined) throw refuse("validation_error", "invalid 'object' field format")
  if (parsed.id === "*")
    throw refuse("validation_error", "the 'object' field cannot reference a typed wildcard")
}
