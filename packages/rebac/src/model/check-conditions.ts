import type { AuthorizationModel, ConditionDefinition } from "../authorization-model.ts"
import { ConditionProblem } from "../condition/condition-problem.ts"
import { type ConditionProgram, compileCondition } from "../condition/condition-program.ts"
import { CONDITION_EXPRESSION_BYTES_LIMIT, CONDITION_PARAMETERS_LIMIT } from "../limits.ts"
import type { Pieces } from "../pieces.ts"
import { invalidModel, type ModelViolation } from "./model-violation.ts"
import { relationForm } from "./name-forms.ts"

/** The programs of a model's conditions, and the first rule that each of the others breaks. Compiling one takes some milliseconds. */
export function* checkConditions({ conditions }: AuthorizationModel): Pieces<{
  readonly programs: ReadonlyMap<string, ConditionProgram>
  readonly violations: readonly ModelViolation[]
}> {
  const programs = new Map<string, ConditionProgram>()
  const violations: ModelViolation[] = []
  for (const [key, condition] of Object.entries(conditions ?? {})) {
    yield
    const checked = checkCondition(key, condition)
    if ("message" in checked) violations.push(checked)
    else programs.set(key, checked)
  }
  return { programs, violations }
}

function checkCondition(key: string, condition: ConditionDefinition): ConditionProgram | ModelViolation {
  if (key !== condition.name)
    return invalidModel(`condition key '${key}' does not match condition name '${condition.name}'`)
  const parameters = Object.keys(condition.parameters ?? {})
  if (![key, ...parameters].every((name) => relationForm.test(name)))
    return invalidModel(`invalid Condition.Name: value does not match regex pattern "^[^:#@\\\\s]{1,50}$"`)
  if (Buffer.byteLength(condition.expression) > CONDITION_EXPRESSION_BYTES_LIMIT)
    return invalidModel(
      `invalid Condition.Expression: value length must be at most ${CONDITION_EXPRESSION_BYTES_LIMIT} bytes`,
    )
  if (parameters.length > CONDITION_PARAMETERS_LIMIT)
    return invalidModel(
      `invalid Condition.Parameters: value must contain no more than ${CONDITION_PARAMETERS_LIMIT} pair(s)`,
    )
  try {
    return compileCondition(condition)
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error
    return invalidModel(`failed to compile expression on condition '${key}' - ${error.message}`)
  }
}
