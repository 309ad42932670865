import type { CompiledModel, RelationshipTuple } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { refuse } from "../wire/error-codes.ts"
import type { Engine } from "./engine.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/** One question of OpenFGA's ListObjects: what of a type the user is related to. */
export interface ListObjectsInput extends ModelReference {
  readonly user: string
  readonly relation: string
  readonly type: string
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | undefined
  readonly freshness: Freshness
  /** Undefined: all. */
  readonly limit: number | undefined
}

/** Which objects of a type has the user the relation to? In no order; `complete` is false where there may be more. */
export async function listObjects(
  engine: Engine,
  input: ListObjectsInput,
): Promise<{ objects: string[]; complete: boolean; modelId: string }> {
  const { evaluator, modelId } = await resolveEvaluator(engine, input, input.freshness)
  const { user, relation, type, contextualTuples, context, limit } = input
  const answer = answerOrRefuse("list", () =>
    evaluator.listObjects({ user, relation, type, contextualTuples, context, limit }),
  )
  return { ...answer, modelId }
}

/** Refuses a type that the model does not define, with the code that the wire's lists have for it. */
export function requireType({ model }: CompiledModel, type: string): void {
  if (!model.type_definitions.some((definition) => definition.type === type))
    throw refuse("type_not_found", `type '${type}' not found`)
}

/** Refuses a relation that the type does not define. */
export function requireRelation({ model }: CompiledModel, type: string, relation: string): void {
  const definition = model.type_definitions.find((candidate) => candidate.type === type)
  if (!Object.hasOwn(definition?.relations ?? {}, relation))
    throw refuse("relation_not_found", `relation '${type}#${relation}' not found`)
}
