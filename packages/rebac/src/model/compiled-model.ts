import { GatehouseError } from "@gatehouse/kernel"
import type { AuthorizationModel } from "../authorization-model.ts"
import { type ConditionProgram, compileCondition } from "../condition/condition-program.ts"
import { createInlineCondition, INLINE_CONDITION } from "../condition/inline-condition.ts"
import { REWRITE_NESTING_LIMIT } from "../limits.ts"
import { type ModelSchema, type RelationSchema, readModel } from "./model-schema.ts"
import { predecessorsOf, relationsWithRules } from "./plan.ts"
import { validateModel } from "./validate-model.ts"

/** A valid model made ready for questions. Opaque to callers, but for what it was compiled from. */
export interface CompiledModel {
  readonly model: AuthorizationModel
  /** Inside the package only. */
  readonly schema: ModelSchema
  /** Inside the package only. For each relation those that can lead to it in one step. */
  readonly predecessors: ReadonlyMap<RelationSchema, readonly RelationSchema[]>
  /** Inside the package only. Relations whose decision can meet an intersection or an exclusion. */
  readonly ruled: ReadonlySet<RelationSchema>
  /** Inside the package only. Compiled at the first use of each. */
  conditionProgram(name: string): ConditionProgram | undefined
}

/**
 * Makes a model ready for questions, once for as many stores as are asked. Throws `rebac.invalid_model` with every broken rule in
 * `details.violations` (OpenFGA's code and sentence, type, relation) and the first one's sentence in `details.reason`.
 */
export function compileModel(model: AuthorizationModel): CompiledModel {
  const violations = validateModel(model)
  if (violations.length > 0)
    throw new GatehouseError("rebac.invalid_model", {
      details: { reason: violations[0]?.message, violations },
    })
  const schema = readModel(model, REWRITE_NESTING_LIMIT)
  const predecessors = predecessorsOf(schema)
  const programs = new Map<string, ConditionProgram>()
  if (usesInlineCondition(schema)) programs.set(INLINE_CONDITION, createInlineCondition())
  return {
    model,
    schema,
    predecessors,
    ruled: relationsWithRules(schema, predecessors),
    conditionProgram(name) {
      const known = programs.get(name)
      const definition = schema.conditions.get(name)
      if (known !== undefined || definition === undefined) return known
      const program = compileCondition(definition)
      programs.set(name, program)
      return program
    },
  }
}

function usesInlineCondition(schema: ModelSchema): boolean {
  for (const relations of schema.types.values())
    for (const { restrictions } of relations.values())
      if (restrictions.some(({ condition }) => condition === INLINE_CONDITION)) return true
  return false
}
