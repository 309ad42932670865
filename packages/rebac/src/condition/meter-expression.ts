import { parse } from "@bufbuild/cel"

type Expression = ReturnType<typeof parse>["expr"]
type Fold = Extract<Expression["exprKind"], { case: "comprehensionExpr" }>["value"]
type Call = Extract<Expression["exprKind"], { case: "callExpr" }>["value"]

/** The name under which each iteration asks for its share of the budget. */
export const tickName = "@tick"

/** Calls that look at no more of a value than its kind, or take numbers and times alone. */
const freeFunctions: ReadonlySet<string> = new Set([
  ...["_&&_", "_||_", "!_", "@not_strictly_false", "_?_:_", "_[_]"],
  ...["_-_", "_*_", "_/_", "_%_", "-_", "dyn", "type"],
])

/** Calls that cost more than their argument's length, in units of `CONDITION_COST_LIMIT`: measured, about 0.3 µs each. */
const fixedCosts: ReadonlyMap<string, number> = new Map([
  ...["string", "timestamp", "duration", "ipaddress", "in_cidr"].map((name) => [name, 10] as const),
  ...["FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear"].map(
    (part) => [`get${part}`, 20] as const,
  ),
  ...["Hours", "Minutes", "Seconds", "Milliseconds"].map((part) => [`get${part}`, 20] as const),
])

/** What is known where an expression stands: variables of loops around it, and the list that the innermost loop builds. */
interface Place {
  readonly loopVariables: ReadonlySet<string>
  readonly isLooped: boolean
  readonly built: string | undefined
}

/**
 * Makes an expression pay for what it does while it is evaluated: each iteration of a loop, and each value that a call looks
 * through, unless it is a parameter (its use is charged by whoever binds it) or, outside of loops, a constant.
 */
export function meterExpression(expression: Expression | undefined): void {
  meter(expression, { loopVariables: new Set(), isLooped: false, built: undefined })
}

function meter(expression: Expression | undefined, place: Place): void {
  if (expression === undefined) return
  const kind = expression.exprKind
  switch (kind.case) {
    case "selectExpr":
      meter(kind.value.operand, place)
      // The library's own says of a list that it has no such member, and of a member that is null that it is not there.
      if (kind.value.testOnly && kind.value.operand !== undefined)
        expression.exprKind = wrapped(`member("${kind.value.field}", x)`, kind.value.operand).exprKind
      return
    case "callExpr":
      meterCall(kind.value, place)
      return
    case "listExpr":
      for (const element of kind.value.elements) meter(element, place)
      return
    case "structExpr":
      for (const entry of kind.value.entries) {
        if (entry.keyKind.case === "mapKey") meter(entry.keyKind.value, place)
        meter(entry.value, place)
      }
      return
    case "comprehensionExpr":
      meterFold(kind.value, place)
  }
}

function meterCall(call: Call, place: Place): void {
  meter(call.target, place)
  for (const argument of call.args) meter(argument, place)
  const cost = fixedCosts.get(call.function)
  if (!freeFunctions.has(call.function)) {
    if (call.target !== undefined) call.target = metered(call.target, place)
    call.args = call.args.map((argument) => metered(argument, place))
  }
  if (cost === undefined) return
  if (call.target !== undefined) call.target = wrapped(`pay(${cost}, x)`, call.target)
  else if (call.args[0] !== undefined) call.args[0] = wrapped(`pay(${cost}, x)`, call.args[0])
}

function meterFold(fold: Fold, place: Place): void {
  meter(fold.iterRange, place)
  if (fold.iterRange !== undefined) fold.iterRange = metered(fold.iterRange, place)
  meter(fold.accuInit, place)
  const buildsList = fold.accuInit?.exprKind.case === "listExpr"
  const loopVariables = new Set(place.loopVariables).add(fold.iterVar).add(fold.accuVar)
  const inside = { loopVariables, isLooped: true, built: buildsList ? fold.accuVar : undefined }
  for (const part of [fold.loopCondition, fold.loopStep]) meter(part, inside)
  meter(fold.result, inside)
  if (buildsList && fold.result !== undefined) fold.result = wrapped("finish(x)", fold.result)
  if (fold.loopCondition !== undefined) fold.loopCondition = withTick(fold.loopCondition)
}

/** The expression, paying for the value that it gives to a call. */
function metered(expression: Expression, place: Place): Expression {
  const kind = expression.exprKind
  if (kind.case === "identExpr") {
    if (kind.value.name === place.built) return wrapped("extend(x)", expression)
    return place.loopVariables.has(kind.value.name) ? wrapped("use(x)", expression) : expression
  }
  return isFree(expression, place) ? expression : wrapped("use(x)", expression)
}

function isFree(expression: Expression, place: Place): boolean {
  const kind = expression.exprKind
  if (kind.case === "constExpr") {
    const constant = kind.value.constantKind
    return !place.isLooped || (constant.case !== "stringValue" && constant.case !== "bytesValue")
  }
  if (kind.case === "callExpr")
    return freeFunctions.has(kind.value.function) && !handsOn.has(kind.value.function)
  return (
    kind.case === "listExpr" &&
    !place.isLooped &&
    kind.value.elements.every((one) => one.exprKind.case === "constExpr")
  )
}

/** Calls that give a part of what they were given. */
const handsOn: ReadonlySet<string> = new Set(["_?_:_", "_[_]", "dyn"])

/** The call of a metering function, written without its `@`, with the expression in place of its last argument. */
function wrapped(template: string, expression: Expression): Expression {
  const made = parse(template).expr
  if (made.exprKind.case === "callExpr") {
    made.exprKind.value.function = `@${made.exprKind.value.function}`
    made.exprKind.value.args[made.exprKind.value.args.length - 1] = expression
  }
  return made
}

/** `condition` becomes `@tick && condition`; resolving that name throws when the budget is spent, which no operator can swallow. */
function withTick(condition: Expression): Expression {
  const both = parse("tick && condition").expr
  if (both.exprKind.case === "callExpr") {
    const [tick] = both.exprKind.value.args
    if (tick?.exprKind.case === "identExpr") tick.exprKind.value.name = tickName
    both.exprKind.value.args[1] = condition
  }
  return both
}
