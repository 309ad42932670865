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
import { ConditionProblem } from "./condition-problem.ts"

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
  source: { readonly name: string; readonly expression: string },
  variables: ReadonlyMap<string, CheckedType>,
): CheckedType {
  const problem = (expression: Expression, message: string): ConditionProblem => {
    const offset = parsed.sourceInfo?.positions[expression.id.toString()] ?? 0
    return new ConditionProblem(describeError(source.name, source.expression, offset, message))
  }

  function check(
    expression: Expression | undefined,
    scope: ReadonlyMap<string, CheckedType>,
    depth: number,
  ): CheckedType {
    if (expression === undefined) return checkedTypes.dyn
    if (depth > expressionNestingLimit) throw problem(expression, "expression is nested too deep")
    const kind = expression.exprKind
    switch (kind.case) {
      case "constExpr":
        return typeOfConstant(kind.value)
      case "identExpr":
        return typeOfName(expression, kind.value.name, scope)
      case "selectExpr":
        return typeOfSelect(expression, kind.value, scope, depth)
      case "callExpr":
        return typeOfCall(expression, kind.value, scope, depth)
      case "listExpr":
        return listOf(joined(kind.value.elements.map((element) => check(element, scope, depth + 1))))
      case "structExpr":
        return typeOfStruct(expression, kind.value, scope, depth)
      case "comprehensionExpr":
        return typeOfComprehension(expression, kind.value, scope, depth)
      default:
        throw problem(expression, "unsupported expression")
    }
  }

  function typeOfName(
    expression: Expression,
    name: string,
    scope: ReadonlyMap<string, CheckedType>,
  ): CheckedType {
    const declared = scope.get(name)
    if (declared !== undefined) return declared
    if (celTypeNames.has(name)) return checkedTypes.type
    throw problem(expression, `undeclared reference to '${name}' (in container '')`)
  }

  function typeOfSelect(
    expression: Expression,
    select: KindOf<"selectExpr">,
    scope: ReadonlyMap<string, CheckedType>,
    depth: number,
  ) {
    const qualified = qualifiedName(expression)
    if (qualified === "google.protobuf.Timestamp" || qualified === "google.protobuf.Duration")
      return checkedTypes.type
    const operand = check(select.operand, scope, depth + 1)
    if (!isDynamic(operand) && operand.name !== "map")
      throw problem(expression, `type '${describeType(operand)}' does not support field selection`)
    return select.testOnly ? checkedTypes.bool : (operand.of[1] ?? checkedTypes.dyn)
  }

  function typeOfCall(
    expression: Expression,
    call: KindOf<"callExpr">,
    scope: ReadonlyMap<string, CheckedType>,
    depth: number,
  ) {
    const signatures = celSignatures.get(call.function)
    if (signatures === undefined)
      throw problem(expression, `undeclared reference to '${call.function}' (in container '')`)
    const target = call.target === undefined ? undefined : check(call.target, scope, depth + 1)
    const args = call.args.map((argument) => check(argument, scope, depth + 1))
    const results = signatures.flatMap((signature) => resultOf(signature, target, args))
    if (results.length > 0) return joined(results)
    const shown = `(${args.map(describeType).join(", ")})`
    const applied = target === undefined ? shown : `${describeType(target)}.${shown}`
    throw problem(expression, `found no matching overload for '${call.function}' applied to '${applied}'`)
  }

  function typeOfStruct(
    expression: Expression,
    struct: KindOf<"structExpr">,
    scope: ReadonlyMap<string, CheckedType>,
    depth: number,
  ) {
    if (struct.messageName !== "")
      throw problem(expression, `undeclared reference to '${struct.messageName}' (in container '')`)
    const keys: CheckedType[] = []
    for (const entry of struct.entries)
      if (entry.keyKind.case === "mapKey") keys.push(check(entry.keyKind.value, scope, depth + 1))
    return mapOf(joined(keys), joined(struct.entries.map((entry) => check(entry.value, scope, depth + 1))))
  }

  function typeOfComprehension(
    expression: Expression,
    fold: KindOf<"comprehensionExpr">,
    scope: ReadonlyMap<string, CheckedType>,
    depth: number,
  ) {
    const range = check(fold.iterRange, scope, depth + 1)
    if (range.name !== "list" && range.name !== "map" && range.name !== "dyn")
      throw problem(
        expression,
        `expression of type '${describeType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      )
    const start = check(fold.accuInit, scope, depth + 1)
    const outer = new Map(scope).set(fold.accuVar, start)
    const inner = new Map(outer).set(fold.iterVar, range.of[0] ?? checkedTypes.dyn)
    const condition = check(fold.loopCondition, inner, depth + 1)
    if (!isAssignable(checkedTypes.bool, condition, new Map()))
      throw problem(expression, `expected type 'bool' but found '${describeType(condition)}'`)
    const step = check(fold.loopStep, inner, depth + 1)
    if (!isAssignable(start, step, new Map()))
      throw problem(expression, `expected type '${describeType(start)}' but found '${describeType(step)}'`)
    return check(fold.result, new Map(outer).set(fold.accuVar, joinTypes(step, start)), depth + 1)
  }

  return check(parsed.expr, variables, 0)
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

/** A mistake as cel-go shows it: where, what, the line, and a mark under it. */
function describeError(name: string, source: string, offset: number, message: string): string {
  const before = source.slice(0, offset).split("\n")
  const column = (before.at(-1) ?? "").length
  const line = source.split("\n")[before.length - 1] ?? ""
  return `ERROR: ${name}:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${".".repeat(column)}^`
}
