import type { ConditionParameter } from "../authorization-model.ts"
import {
  CONDITION_EXPRESSION_BYTES_LIMIT,
  CONDITION_PARAMETERS_LIMIT,
  EXPRESSION_COST_PER_BYTE,
} from "../limits.ts"
import { ConditionProblem } from "./condition-problem.ts"
import {
  type ConditionContext,
  type ConditionOutcome,
  type ConditionProgram,
  compileCondition,
  type ParsedExpression,
  parseText,
  patternCost,
} from "./condition-program.ts"
import { freeVariables } from "./free-variables.ts"

/** The condition that no model defines: each tuple brings its own expression (OpenFGA's experimental `inline_expressions`). */
export const INLINE_CONDITION = "$expression"

/** Expressions remembered by their text: those of contextual tuples come again with each question. */
const KNOWN_EXPRESSIONS = 256
/** Characters of an expression with its parameters that are remembered: whatever is sent must not fill memory. */
const KNOWN_EXPRESSION_LENGTH = 8_192
const textParameter: ConditionParameter = { type_name: "TYPE_NAME_STRING" }

type Values = Readonly<Record<string, unknown>>

/**
 * The program of `$expression`. A tuple's context holds `expression`, and in `parameters` the types of what it names; a name
 * without a type is a string. Values come from the question's context alone. Longer expressions than a model's are refused.
 */
export function createInlineCondition(): ConditionProgram {
  return new InlineCondition()
}

class InlineCondition implements ConditionProgram {
  readonly name = INLINE_CONDITION
  readonly parameterNames: readonly string[] = []
  lastCost = 0
  lastProblem: string | undefined = undefined
  lastMissing: readonly string[] | undefined = undefined
  readonly #ofContext = new WeakMap<ConditionContext, ConditionProgram | ConditionProblem>()
  readonly #ofText = new Map<string, ConditionProgram | ConditionProblem>()
  /** Of expressions read since the last question or look began. */
  #readingCost = 0

  evaluate(
    requestContext: ConditionContext | undefined,
    tupleContext: ConditionContext | undefined,
  ): ConditionOutcome {
    this.#readingCost = 0
    const program = this.#programOf(tupleContext)
    if (program instanceof ConditionProblem) {
      this.lastCost = 1 + this.#readingCost
      this.lastMissing = undefined
      this.lastProblem = program.message
      return "error"
    }
    // Other tuples' values in the question's context are no mistake of an expression that names none.
    const outcome = program.evaluate(
      program.parameterNames.length > 0 ? requestContext : undefined,
      undefined,
    )
    this.lastCost = program.lastCost + this.#readingCost
    this.lastMissing = program.lastMissing
    this.lastProblem = program.lastProblem
    return outcome
  }

  contextMistake(tupleContext: Values): string | undefined {
    this.#readingCost = 0
    const program = this.#known(tupleContext)
    this.lastCost = 1 + this.#readingCost
    return program instanceof ConditionProblem ? program.message : undefined
  }

  #programOf(context: ConditionContext | undefined): ConditionProgram | ConditionProblem {
    if (context === undefined) return this.#known({})
    const known = this.#ofContext.get(context)
    if (known !== undefined) return known
    const made = this.#known(context.values)
    this.#ofContext.set(context, made)
    return made
  }

  #known(values: Values): ConditionProgram | ConditionProblem {
    const key = JSON.stringify([values.expression, values.parameters])
    const known = this.#ofText.get(key)
    if (known !== undefined) return known
    const made = compileOrProblem(values)
    // Only a text is read; another value need not even have a form as text.
    if (typeof values.expression === "string")
      this.#readingCost += EXPRESSION_COST_PER_BYTE * values.expression.length
    if (key.length > KNOWN_EXPRESSION_LENGTH) return made
    const [oldest] = this.#ofText.keys()
    if (this.#ofText.size >= KNOWN_EXPRESSIONS && oldest !== undefined) this.#ofText.delete(oldest)
    this.#ofText.set(key, made)
    return made
  }
}

function compileOrProblem(values: Values): ConditionProgram | ConditionProblem {
  try {
    const { expression } = values
    if (typeof expression !== "string" || expression === "")
      return problem('context field "expression" must be a non-empty string')
    if (new TextEncoder().encode(expression).length > CONDITION_EXPRESSION_BYTES_LIMIT)
      return problem(`the expression must be at most ${CONDITION_EXPRESSION_BYTES_LIMIT} bytes`)
    const parameters = declaredParameters(values.parameters)
    const parsed = parseInline(expression)
    for (const name of freeVariables(parsed.expr))
      if (!parameters.has(name)) parameters.set(name, textParameter)
    const definition = { name: INLINE_CONDITION, expression, parameters: Object.fromEntries(parameters) }
    return compileCondition(definition, parsed, patternCost(expression.length))
  } catch (error) {
    if (error instanceof ConditionProblem) return error
    throw error
  }
}

function problem(sentence: string): ConditionProblem {
  return new ConditionProblem(`${INLINE_CONDITION}: ${sentence}`)
}

function parseInline(expression: string): ParsedExpression {
  try {
    return parseText(expression)
  } catch {
    throw problem("invalid CEL expression")
  }
}

function declaredParameters(declared: unknown): Map<string, ConditionParameter> {
  if (declared === undefined || declared === null) return new Map()
  if (typeof declared !== "object" || Array.isArray(declared))
    throw problem('context field "parameters" must be a struct')
  const entries = Object.entries(declared)
  if (entries.length > CONDITION_PARAMETERS_LIMIT)
    throw problem(`at most ${CONDITION_PARAMETERS_LIMIT} parameters`)
  return new Map(entries.map(([name, type]) => [name, readType(type)]))
}

/** `list<int>` as a model's JSON writes it. What it names is held to the known types by whoever compiles the condition. */
function readType(type: unknown): ConditionParameter {
  const isShort = typeof type === "string" && type.length <= CONDITION_EXPRESSION_BYTES_LIMIT
  const form = isShort ? /^([a-z]+)(?:<(.*)>)?$/.exec(type) : null
  if (form === null) throw problem("unknown parameter type")
  const [, name = "", element] = form
  const type_name = `TYPE_NAME_${name.toUpperCase()}`
  return element === undefined ? { type_name } : { type_name, generic_types: [readType(element)] }
}
