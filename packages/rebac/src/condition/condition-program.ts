import { type CelInput, type CelResult, isCelError, parse, plan } from "@bufbuild/cel"
import type { ConditionDefinition } from "../authorization-model.ts"
import { CONDITION_EXPRESSION_BYTES_LIMIT, EXPRESSION_COST_PER_BYTE, MATCH_COST_PER_UNIT } from "../limits.ts"
import { conditionEnvironment } from "./cel-environment.ts"
import { describeType, ofParameter } from "./cel-type.ts"
import { checkConstants } from "./check-constants.ts"
import { typeOfExpression } from "./check-expression.ts"
import { checkLiterals } from "./check-literals.ts"
import { ConditionProblem } from "./condition-problem.ts"
import { evaluationMeter } from "./evaluation-meter.ts"
import { meterExpression, tickName } from "./meter-expression.ts"
import {
  type ConvertedValue,
  convertParameter,
  type ParameterType,
  parseParameterType,
} from "./parameter-type.ts"

/** What evaluating a condition came to. An error is never true: the tuple counts for nothing, and the question may fail. */
export type ConditionOutcome = "true" | "false" | "error"

type Values = Readonly<Record<string, unknown>>

/**
 * The context of one question or of one tuple. Its conversion is kept for as long as this object lives, never by the values'
 * own identity: a caller may change and send the same values again.
 */
export interface ConditionContext {
  readonly values: Values
}

/**
 * Cost of converting a tuple's context that nobody pays: two timestamps. It is done once for all questions, so those of most tuples make
 * no question end otherwise than the next.
 */
const FREE_CONVERSION_COST = 32

/** Cost of reading the constant patterns of a model's condition: as much as reading its expression may take, some milliseconds. */
const PATTERNS_COST_LIMIT = patternCost(CONDITION_EXPRESSION_BYTES_LIMIT)

/** What patterns may cost to be read, in units of `MATCH_COST_LIMIT`, where reading an expression of so many bytes is paid for. */
export function patternCost(bytes: number): number {
  return bytes * EXPRESSION_COST_PER_BYTE * MATCH_COST_PER_UNIT
}

/** Values of one context for each parameter of one condition: undefined where it has none, a problem where it has a wrong one. */
type ConvertedContext = readonly (ConvertedValue | ConditionProblem | undefined)[]

/** A condition ready to be evaluated: parsed, checked and planned once, its values converted once for each context. */
export interface ConditionProgram {
  readonly name: string
  readonly parameterNames: readonly string[]
  /** `tupleContext` wins over `requestContext`. A parameter that neither has is an error, even where it would not matter. */
  evaluate(
    requestContext: ConditionContext | undefined,
    tupleContext: ConditionContext | undefined,
  ): ConditionOutcome
  /**
   * Cost of the last evaluation in units of `CONDITION_COST_LIMIT`, with that of the question's context and of a large one of the
   * tuple's, once; or of the last look for a mistake.
   */
  readonly lastCost: number
  /** Why the last evaluation was an error, without values. */
  readonly lastProblem: string | undefined
  /** The parameters that neither context had at the last evaluation. */
  readonly lastMissing: readonly string[] | undefined
  /** Why a context may not be kept with a tuple (a value of a wrong type, an unknown name), or undefined. */
  contextMistake(tupleContext: Values): string | undefined
}

/** An expression as it was read. Compiling changes it: one is of use once. */
export type ParsedExpression = ReturnType<typeof parse>

/**
 * Compiles a condition. Throws `ConditionProblem` with OpenFGA's sentence where its types or its expression are wrong. `parsed` is
 * its expression where somebody has read it already; `patternCostLimit` what reading its constant patterns may cost, so that one
 * with a mistake is found (`checkConstants`).
 */
export function compileCondition(
  definition: ConditionDefinition,
  parsed?: ParsedExpression,
  patternCostLimit = PATTERNS_COST_LIMIT,
): ConditionProgram {
  const types = new Map<string, ParameterType>()
  for (const [name, parameter] of Object.entries(definition.parameters ?? {}))
    types.set(name, readType(name, parameter))
  const variables = new Map([...types].map(([name, type]) => [name, ofParameter(type)]))
  const expression = parsed ?? parseExpression(definition.expression)
  checkLiterals(expression, definition)
  const result = typeOfExpression(expression, definition, variables)
  checkConstants(expression.expr, patternCostLimit)
  if (result.name !== "bool")
    throw new ConditionProblem(
      `expected a bool condition expression output, but got '${describeType(result)}'`,
    )
  meterExpression(expression.expr)
  return new PlannedCondition(definition.name, types, expression)
}

function readType(name: string, parameter: Parameters<typeof parseParameterType>[0]): ParameterType {
  try {
    return parseParameterType(parameter)
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error
    throw new ConditionProblem(`failed to decode parameter type for parameter '${name}': ${error.message}`)
  }
}

/** Reads an expression. One that ends in a comment ends its line too, which the library asks for. */
export function parseText(expression: string): ParsedExpression {
  return parse(`${expression}\n`)
}

function parseExpression(expression: string): ParsedExpression {
  try {
    return parseText(expression)
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n", 1)[0] : "no expression"
    throw new ConditionProblem(`ERROR: Syntax error: ${message}`)
  }
}

class PlannedCondition implements ConditionProgram {
  readonly name: string
  readonly parameterNames: readonly string[]
  lastCost = 0
  lastProblem: string | undefined = undefined
  lastMissing: readonly string[] | undefined = undefined
  readonly #types: readonly ParameterType[]
  readonly #run: ReturnType<typeof plan>
  readonly #bindings: Record<string, CelInput>
  readonly #values: (ConvertedValue | undefined)[]
  readonly #converted = new WeakMap<ConditionContext, ConvertedContext>()
  /** What converting contexts cost at the last evaluation: nothing where it was done before. */
  readonly #conversions = { cost: 0 }

  constructor(name: string, types: ReadonlyMap<string, ParameterType>, parsed: ParsedExpression) {
    this.name = name
    this.parameterNames = [...types.keys()]
    this.#types = [...types.values()]
    this.#run = plan(conditionEnvironment, parsed)
    this.#values = this.#types.map(() => undefined)
    this.#bindings = this.#defineBindings()
  }

  /** An object without prototype whose members charge the budget when CEL looks at them; reused by every evaluation. */
  #defineBindings(): Record<string, CelInput> {
    const bindings: Record<string, CelInput> = Object.create(null)
    for (const [index, name] of this.parameterNames.entries()) {
      Object.defineProperty(bindings, name, {
        get: () => {
          const value = this.#values[index]
          if (value === undefined) return undefined
          evaluationMeter.charge(value.cost)
          return value.value
        },
      })
    }
    Object.defineProperty(bindings, tickName, {
      get: () => {
        evaluationMeter.charge(1)
        return true
      },
    })
    return bindings
  }

  evaluate(
    requestContext: ConditionContext | undefined,
    tupleContext: ConditionContext | undefined,
  ): ConditionOutcome {
    this.lastMissing = undefined
    this.lastProblem = this.#bind(requestContext, tupleContext)
    this.lastCost = 1 + this.#conversions.cost
    if (this.lastProblem !== undefined) return "error"
    const result = this.#runMetered()
    this.lastCost = evaluationMeter.cost + this.#conversions.cost
    if (evaluationMeter.isSpent) {
      this.lastProblem = "the condition costs too much to evaluate"
      return "error"
    }
    if (isCelError(result)) {
      this.lastProblem = "the expression failed for these values"
      return "error"
    }
    if (typeof result === "boolean") return result ? "true" : "false"
    this.lastProblem = "the expression did not come to true or false"
    return "error"
  }

  /** Errors within an expression are values that loops swallow: their stack traces would cost ten times as much as the rest. */
  #runMetered(): CelResult {
    evaluationMeter.begin()
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      return this.#run(this.#bindings)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  #bind(
    requestContext: ConditionContext | undefined,
    tupleContext: ConditionContext | undefined,
  ): string | undefined {
    this.#conversions.cost = 0
    const stored = tupleContext === undefined ? undefined : this.#convert(tupleContext)
    if (this.#conversions.cost <= FREE_CONVERSION_COST) this.#conversions.cost = 0
    const asked = requestContext === undefined ? undefined : this.#convert(requestContext)
    if (
      this.parameterNames.length === 0 &&
      (hasMembers(requestContext?.values) || hasMembers(tupleContext?.values))
    )
      return parameterMistake(this.name, "no parameters defined for the condition")
    let missing: string[] | undefined
    for (let index = 0; index < this.#types.length; index++) {
      const value = stored?.[index] ?? asked?.[index]
      if (value instanceof ConditionProblem) return parameterMistake(this.name, value.message)
      if (value === undefined) {
        missing ??= []
        missing.push(this.parameterNames[index] ?? "")
      }
      this.#values[index] = value
    }
    this.lastMissing = missing?.sort()
    return missing === undefined ? undefined : `missing context parameters '[${missing.join(" ")}]'`
  }

  #convert(context: ConditionContext): ConvertedContext {
    const known = this.#converted.get(context)
    if (known !== undefined) return known
    const { values } = context
    const converted = this.parameterNames.map((name, index) => {
      const type = this.#types[index]
      if (type === undefined || !Object.hasOwn(values, name) || values[name] === undefined) return undefined
      return convertOrProblem(type, name, values[name], this.#conversions)
    })
    this.#converted.set(context, converted)
    return converted
  }

  contextMistake(tupleContext: Values): string | undefined {
    this.lastCost = 1
    const names = Object.keys(tupleContext)
    if (names.length > 0 && this.parameterNames.length === 0)
      return parameterMistake(this.name, "no parameters defined for the condition")
    this.#conversions.cost = 0
    const converted = this.#convert({ values: tupleContext })
    this.lastCost += this.#conversions.cost
    for (const value of converted) {
      if (value instanceof ConditionProblem) return parameterMistake(this.name, value.message)
    }
    const unknown = names.find((name) => !this.parameterNames.includes(name))
    return unknown === undefined ? undefined : `found invalid context parameter: ${unknown}`
  }
}

function parameterMistake(condition: string, cause: string): string {
  return `parameter type error on condition '${condition}' - ${cause}`
}

function hasMembers(context: Values | undefined): boolean {
  if (context === undefined) return false
  for (const name in context) if (Object.hasOwn(context, name)) return true
  return false
}

function convertOrProblem(
  type: ParameterType,
  name: string,
  value: unknown,
  total: { cost: number },
): ConvertedValue | ConditionProblem {
  try {
    return convertParameter(type, value, total)
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error
    return new ConditionProblem(`failed to convert context parameter '${name}': ${error.message}`)
  }
}
