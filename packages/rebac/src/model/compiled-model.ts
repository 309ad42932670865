import { GatehouseError } from "@gatehouse/kernel"
import type { AuthorizationModel } from "../authorization-model.ts"
import type { ConditionProgram } from "../condition/condition-program.ts"
import { createInlineCondition, INLINE_CONDITION } from "../condition/inline-condition.ts"
import { type Pieces, runAtOnce, runInTurns } from "../pieces.ts"
import type { ModelSchema, RelationSchema } from "./model-schema.ts"
import { predecessorsOf, relationsWithRules } from "./plan.ts"
import { checkModel } from "./validate-model.ts"

/** A valid model made ready for questions. Opaque to callers, but for what it was compiled from. */
export interface CompiledModel {
  readonly model: AuthorizationModel
  /** Inside the package only. */
  readonly schema: ModelSchema
  /** Inside the package only. For each relation those that can lead to it in one step. */
  readonly predecessors: ReadonlyMap<RelationSchema, readonly RelationSchema[]>
  /** Inside the package only. Relations whose decision can meet an intersection or an exclusion. */
  readonly ruled: ReadonlySet<RelationSchema>
  /** Inside the package only. */
  conditionProgram(name: string): ConditionProgram | undefined
}

/**
 * Makes a model ready for questions, once for as many stores as are asked. Throws `rebac.invalid_model` with every broken rule in
 * `details.violations` (OpenFGA's code and sentence, type, relation) and the first one's sentence in `details.reason`.
 */
export function compileModel(model: AuthorizationModel): CompiledModel {
  return runAtOnce(compile(model))
}

/**
 * The same for a server that others wait for: they have their turns in between. The largest models take some hundred milliseconds.
 * Rejects as `compileModel` throws.
 */
export function compileModelInTurns(model: AuthorizationModel): Promise<CompiledModel> {
  return runInTurns(compile(model))
}

function* compile(model: AuthorizationModel): Pieces<CompiledModel> {
  const checked = yield* checkModel(model)
  if (checked.kind === "invalid") {
    const { violations } = checked
    throw new GatehouseError("rebac.invalid_model", {
      details: { reason: violations[0]?.message, violations },
    })
  }
  const { schema } = checked
  const predecessors = yield* predecessorsOf(schema)
  const ruled = relationsWithRules(schema, predecessors)
  const programs = new Map(checked.programs)
  if (usesInlineCondition(schema)) programs.set(INLINE_CONDITION, createInlineCondition())
  return { model, schema, predecessors, ruled, conditionProgram: (name) => programs.get(name) }
}

function usesInlineCondition(schema: ModelSchema): boolean {
  for (const relations of schema.types.values())
    for (const { restrictions } of relations.values())
      if (restrictions.some(({ condition }) => condition === INLINE_CONDITION)) return true
  return false
}
