import type { parse } from "@bufbuild/cel"
import { REWRITE_NESTING_LIMIT } from "../limits.ts"
import { celSignatures, celTypeNames, type Signature } from "./cel-signatures.ts"
import {
  type CheckedType,
  checkedTypes,
  describeType,
  isAssignable,
  isDynamic,
  joinTypes,
  listOf,
  mapOf,
  type Substitution,
  substitute,
} from "./cel-type.ts"
import type { ConditionProblem } from "./condition-problem.ts"
import { type ConditionSource, expressionProblem } from "./expression-problem.ts"

type ParsedExpression = ReturnType<typeof parse>
type Expression = ParsedExpression["expr"]
type KindOf<Case extends string> = Extract<Expression["exprKind"], { case: Case }>["value"]

/** How deep an expression may nest: one of 512 bytes cannot nest sensibly deeper. */
const expressionNestingLimit = REWRITE_NESTING_LIMIT * 4

/**
 * Finds the type of an expression, given the types of its variables. Throws `ConditionProblem` in cel-go's words for an
 * undeclared name or a call that no overload fits. A value of unknown kind fits everywhere, as in CEL.
 */
export function typeOfExpression(
  parsed: ParsedExpression,
  source: ConditionSource,
  variables: ReadonlyMap<string, CheckedType>,
): CheckedType {
  return new TypeChecker(parsed, source).check(parsed.expr, { variables, depth: 0 })
}

/** Where in an expression a part stands: the variables that it sees, loops' own among them, and how deep it is. */
interface Scope {
  readonly variables: ReadonlyMap<string, CheckedType>
  readonly depth: number
}

const below = ({ variables, depth }: Scope): Scope => ({ variables, depth: depth + 1 })

const declaring = (scope: Scope, name: string, type: CheckedType): Scope => ({
  variables: new Map(scope.variables).set(name, type),
  depth: scope.depth,
})

/** Checks one expression, a method for each construct of the language. */
class TypeChecker {
  readonly #parsed: ParsedExpression
  readonly #source: ConditionSource

  constructor(parsed: ParsedExpression, source: ConditionSource) {
    this.#parsed = parsed
    this.#source = source
  }

  check(expression: Expression | undefined, scope: Scope): CheckedType {
    if (expression === undefined) return checkedTypes.dyn
    if (scope.depth > expressionNestingLimit) throw this.#problem(expression, "expression is nested too deep")
    const kind = expression.exprKind
    switch (kind.case) {
      case "constExpr":
        return typeOfConstant(kind.value)
      case "identExpr":
        return this.#name(expression, kind.value.name, scope)
      case "selectExpr":
        return this.#select(expression, kind.value, below(scope))
      case "callExpr":
        return this.#call(expression, kind.value, below(scope))
      case "listExpr":
        return listOf(this.#joined(kind.value.elements, below(scope)))
      case "structExpr":
        return this.#struct(expression, kind.value, below(scope))
      case "comprehensionExpr":
        return this.#comprehension(expression, kind.value, below(scope))
      default:
        throw this.#problem(expression, "unsupported expression")
    }
  }

  #name(expression: Expression, name: string, { variables }: Scope): CheckedType {
    const declared = variables.get(name)
    if (declared !== undefined) return declared
    if (celTypeNames.has(name)) return checkedTypes.type
    throw this.#problem(expression, `undeclared reference to '${name}' (in container '')`)
  }

  #select(expression: Expression, select: KindOf<"selectExpr">, scope: Scope): CheckedType {
    const qualified = qualifiedName(expression)
    if (qualified === "google.protobuf.Timestamp" || qualified === "google.protobuf.Duration")
      return checkedTypes.type
    const operand = this.check(select.operand, scope)
    if (!isDynamic(operand) && operand.name !== "map")
      throw this.#problem(expression, `type '${describeType(operand)}' does not support field selection`)
    return select.testOnly ? checkedTypes.bool : (operand.of[1] ?? checkedTypes.dyn)
  }

  #call(expression: Expression, call: KindOf<"callExpr">, scope: Scope): CheckedType {
    const signatures = celSignatures.get(call.function)
    if (signatures === undefined)
      throw this.#problem(expression, `undeclared reference to '${call.function}' (in container '')`)
    const target = call.target === undefined ? undefined : this.check(call.target, scope)
    const args = call.args.map((argument) => this.check(argument, scope))
    const results = signatures.flatMap((signature) => resultOf(signature, target, args))
    if (results.length > 0) return joined(results)
    const shown = `(${args.map(describeType).join(", ")})`
    const applied = target === undefined ? shown : `${describeType(target)}.${shown}`
    throw this.#problem(
      expression,
      `found no matching overload for '${call.function}' applied to '${applied}'`,
    )
  }

  #struct(expression: Expression, { messageName, entries }: KindOf<"structExpr">, scope: Scope): CheckedType {
    if (messageName !== "")
      throw this.#problem(expression, `undeclared reference to '${messageName}' (in container '')`)
    const keys = entries.flatMap(({ keyKind }) => (keyKind.case === "mapKey" ? [keyKind.value] : []))
    const values = entries.map(({ value }) => value)
    return mapOf(this.#joined(keys, scope), this.#joined(values, scope))
  }

  /** A loop, which macros such as `all` and `map` are made of: it goes over a range and folds into one value. */
  #comprehension(expression: Expression, fold: KindOf<"comprehensionExpr">, scope: Scope): CheckedType {
    const range = this.check(fold.iterRange, scope)
    if (range.name !== "list" && range.name !== "map" && range.name !== "dyn")
      throw this.#problem(
        expression,
        `expression of type '${describeType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      )
    const start = this.check(fold.accuInit, scope)
    const inner = declaring(
      declaring(scope, fold.accuVar, start),
      fold.iterVar,
      range.of[0] ?? checkedTypes.dyn,
    )
    this.#expect(expression, checkedTypes.bool, this.check(fold.loopCondition, inner))
    const step = this.check(fold.loopStep, inner)
    this.#expect(expression, start, step)
    return this.check(fold.result, declaring(scope, fold.accuVar, joinTypes(step, start)))
  }

  #joined(expressions: readonly (Expression | undefined)[], scope: Scope): CheckedType {
    return joined(expressions.map((one) => this.check(one, scope)))
  }

  #expect(expression: Expression, expected: CheckedType, found: CheckedType): void {
    if (!isAssignable(expected, found, new Map()))
      throw this.#problem(
        expression,
        `expected type '${describeType(expected)}' but found '${describeType(found)}'`,
      )
  }

  #problem(expression: Expression, message: string): ConditionProblem {
    const offset = this.#parsed.sourceInfo?.positions[expression.id.toString()] ?? 0
    return expressionProblem(this.#source, offset, message)
  }
}

function resultOf(
  signature: Signature,
  target: CheckedType | undefined,
  args: readonly CheckedType[],
): CheckedType[] {
  if ((signature.target === undefined) !== (target === undefined)) return []
  if (signature.parameters.length !== args.length) return []
  const substitution: Substitution = new Map()
  if (
    signature.target !== undefined &&
    target !== undefined &&
    !isAssignable(signature.target, target, substitution)
  )
    return []
  for (const [index, parameter] of signature.parameters.entries()) {
    if (!isAssignable(parameter, args[index] ?? checkedTypes.dyn, substitution)) return []
  }
  return [substitute(signature.result, substitution)]
}

function typeOfConstant(constant: KindOf<"constExpr">): CheckedType {
  switch (constant.constantKind.case) {
    case "boolValue":
      return checkedTypes.bool
    case "bytesValue":
      return checkedTypes.bytes
    case "doubleValue":
      return checkedTypes.double
    case "int64Value":
      return checkedTypes.int
    case "uint64Value":
      return checkedTypes.uint
    case "stringValue":
      return checkedTypes.string
    case "nullValue":
      return checkedTypes.null
    default:
      return checkedTypes.dyn
  }
}

function joined(types: readonly CheckedType[]): CheckedType {
  const [first, ...rest] = types
  return first === undefined ? checkedTypes.dyn : rest.reduce(joinTypes, first)
}

function qualifiedName(expression: Expression | undefined): string | undefined {
  const kind = expression?.exprKind
  if (kind?.case === "identExpr") return kind.value.name
  if (kind?.case !== "selectExpr" || kind.value.testOnly) return undefined
  const operand = qualifiedName(kind.value.operand)
  return operand === undefined ? undefined : `${operand}.${kind.value.field}`
}
