import type { RelationshipTuple } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { maximumListResults } from "../wire/limits.ts"
import type { Engine } from "./engine.ts"
import { requireRelation, requireType } from "./list-objects.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/** One question of OpenFGA's ListUsers: which users of the filter are related to the object. */
export interface ListUsersInput extends ModelReference {
  readonly object: { readonly type: string; readonly id: string }
  readonly relation: string
  readonly filter: { readonly type: string; readonly relation: string | undefined }
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | undefined
  readonly freshness: Freshness
}

/** Which users of a kind have the relation to the object? `type:id`, `type:*` or `type:id#relation`, in no order. */
export async function listUsers(
  engine: Engine,
  input: ListUsersInput,
): Promise<{ users: string[]; complete: boolean; modelId: string }> {
  const { evaluator, model, modelId } = await resolveEvaluator(engine, input, input.freshness)
  const { object, relation, filter, contextualTuples, context } = input
  requireType(model, filter.type)
  if (filter.relation !== undefined) requireRelation(model, filter.type, filter.relation)
  requireType(model, object.type)
  requireRelation(model, object.type, relation)
  const answer = answerOrRefuse("list", () =>
    evaluator.listUsers({
      object: `${object.type}:${object.id}`,
      relation,
      filter,
      contextualTuples,
      context,
      limit: maximumListResults,
    }),
  )
  return { ...answer, modelId }
}
