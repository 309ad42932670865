import { celEnv, isCelError, type parse, plan, parse as read } from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"
import { type Constant, type ConstantType, convertConstant, isConversion } from "./convert-constant.ts"
import { matchCost } from "./match-cost.ts"

type Expression = ReturnType<typeof parse>["expr"]
type Call = Extract<Expression["exprKind"], { case: "callExpr" }>["value"]
type ConstantExpression = Extract<Expression["exprKind"], { case: "constExpr" }>["value"]

/**
 * Looks for mistakes in the constants of an expression whose types are right, as OpenFGA does when a model is written: a conversion
 * that fails, a pattern of `matches` or a key of no use. They count wherever they stand, behind `false &&` too. What is not a
 * constant, or made of one by conversions alone, is no mistake before it is evaluated. Throws `ConditionProblem` in cel-go's words.
 * Patterns are read while they cost no more than `patternCostLimit` together, in units of `MATCH_COST_LIMIT`; others are no mistake.
 */
export function checkConstants(expression: Expression, patternCostLimit: number): void {
  try {
    new ConstantChecker(patternCostLimit).check(expression)
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error
    throw new ConditionProblem(`condition expression construction: ${error.message}`)
  }
}

/** Goes through an expression in cel-go's order, so that the first mistake is the one that it tells of. */
class ConstantChecker {
  #patternBudget: number

  constructor(patternCostLimit: number) {
    this.#patternBudget = patternCostLimit
  }

  /** The constant that an expression stands for, if it does. */
  check(expression: Expression | undefined): Constant | undefined {
    const kind = expression?.exprKind
    switch (kind?.case) {
      case "constExpr":
        return constantOf(kind.value)
      case "selectExpr":
        this.check(kind.value.operand)
        return undefined
      case "callExpr":
        return this.#call(kind.value)
      case "listExpr":
        return this.#collection("list", kind.value.elements)
      case "structExpr":
        return this.#collection(
          "map",
          kind.value.entries.flatMap(({ keyKind, value }) =>
            keyKind.case === "mapKey" ? [keyKind.value, value] : [value],
          ),
        )
      case "comprehensionExpr": {
        const { accuInit, iterRange, loopCondition, loopStep, result } = kind.value
        for (const part of [accuInit, iterRange, loopCondition, loopStep, result]) this.check(part)
        return undefined
      }
      default:
        return undefined
    }
  }

  #collection(type: ConstantType, parts: readonly (Expression | undefined)[]): Constant | undefined {
    const constants = parts.map((part) => this.check(part))
    return constants.includes(undefined) ? undefined : { type }
  }

  #call({ function: name, target, args }: Call): Constant | undefined {
    const operands = (target === undefined ? args : [target, ...args]).map((operand) => this.check(operand))
    const [first, second] = operands
    if (name === "matches" && second?.type === "string") this.#pattern(second.value)
    if (name === "_[_]" && second !== undefined) checkKey(second.type)
    return isConversion(name) && first !== undefined ? convertConstant(name, first) : undefined
  }

  #pattern(pattern: unknown): void {
    if (typeof pattern !== "string") return
    const cost = matchCost("", pattern)
    if (cost > this.#patternBudget) return
    this.#patternBudget -= cost
    const result = matchPattern({ pattern })
    if (isCelError(result) && !onlyOurs.test(result.message))
      throw new ConditionProblem(result.message.replace(/end of expression$/, "$&: ``"))
  }
}

/** Go knows more classes of characters by name than the library, and takes two groups of one name. */
const onlyOurs = /`\\[pP]|duplicate capture group/

const matchPattern = plan(celEnv(), read("''.matches(pattern)"))

function constantOf({ constantKind }: ConstantExpression): Constant | undefined {
  switch (constantKind.case) {
    case "boolValue":
      return { type: "bool", value: constantKind.value }
    case "bytesValue":
      return { type: "bytes", value: constantKind.value }
    case "doubleValue":
      return { type: "double", value: constantKind.value }
    case "int64Value":
      return { type: "int", value: constantKind.value }
    case "uint64Value":
      return { type: "uint", value: constantKind.value }
    case "stringValue":
      return { type: "string", value: constantKind.value }
    case "nullValue":
      return { type: "null_type" }
    default:
      return undefined
  }
}

/** What can be no key of a list or map, by Go's names. */
const keylessTypes: ReadonlyMap<ConstantType, string> = new Map([
  ["bytes", "types.Bytes"],
  ["google.protobuf.Duration", "types.Duration"],
  ["google.protobuf.Timestamp", "types.Timestamp"],
  ["list", "*types.baseList"],
  ["map", "*types.baseMap"],
  ["null_type", "types.Null"],
  ["type", "*types.Type"],
])

function checkKey(type: ConstantType): void {
  const name = keylessTypes.get(type)
  if (name !== undefined) throw new ConditionProblem(`invalid qualifier type: ${name}`)
}
