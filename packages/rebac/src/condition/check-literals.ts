import type { parse } from "@bufbuild/cel"
import { type ConditionSource, expressionProblem } from "./expression-problem.ts"

type ParsedExpression = ReturnType<typeof parse>
type Expression = ParsedExpression["expr"]

/**
 * Holds the literals of an expression to OpenFGA's grammar, which the library reads more freely: numbers within their 64 bits, and
 * the escapes of strings and bytes. Throws `ConditionProblem` in cel-go's words.
 */
export function checkLiterals(parsed: ParsedExpression, source: ConditionSource): void {
  checkEscapes(source)
  for (const part of partsOf(parsed.expr)) {
    const mistake = numberMistake(part)
    if (mistake !== undefined)
      throw expressionProblem(source, parsed.sourceInfo?.positions[part.id.toString()] ?? 0, mistake)
  }
}

/** An expression and all that it is made of. */
function* partsOf(expression: Expression | undefined): Generator<Expression> {
  if (expression === undefined) return
  yield expression
  // The smallest int is a literal that the library reads in two parts where space stands behind its sign.
  if (isSmallestInt(expression)) return
  for (const child of childrenOf(expression)) yield* partsOf(child)
}

function isSmallestInt({ exprKind: kind }: Expression): boolean {
  if (kind.case !== "callExpr" || kind.value.function !== "-_") return false
  const operand = kind.value.args[0]?.exprKind
  if (operand?.case !== "constExpr") return false
  const { constantKind } = operand.value
  return constantKind.case === "int64Value" && constantKind.value === 2n ** 63n
}

function childrenOf({ exprKind: kind }: Expression): readonly (Expression | undefined)[] {
  switch (kind.case) {
    case "selectExpr":
      return [kind.value.operand]
    case "callExpr":
      return [kind.value.target, ...kind.value.args]
    case "listExpr":
      return kind.value.elements
    case "structExpr":
      return kind.value.entries.flatMap(({ keyKind, value }) =>
        keyKind.case === "mapKey" ? [keyKind.value, value] : [value],
      )
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = kind.value
      return [iterRange, accuInit, loopCondition, loopStep, result]
    }
    default:
      return []
  }
}

function numberMistake({ exprKind }: Expression): string | undefined {
  if (exprKind.case !== "constExpr") return undefined
  const constant = exprKind.value.constantKind
  switch (constant.case) {
    case "int64Value":
      return BigInt.asIntN(64, constant.value) === constant.value ? undefined : "invalid int literal"
    case "uint64Value":
      return BigInt.asUintN(64, constant.value) === constant.value ? undefined : "invalid uint literal"
    case "doubleValue":
      return Number.isFinite(constant.value) ? undefined : "invalid double literal"
    default:
      return undefined
  }
}

/**
 * Comments, quoted names and raw strings, in which nothing is escaped; strings and bytes; words and all else. A backslash is read in one
 * way alone, so that a text without its closing quote takes no longer than another.
 */
const tokens =
  /\/\/[^\n]*|`[^`\n]*`|[bB]?[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')|(?<bytes>[bB]?)(?<quote>"""|'''|"|')(?<body>(?:\\[\s\S]|(?!\k<quote>)[^\\])*)\k<quote>|\w+|[\s\S]/g
const validEscape = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y
/** What of an escape can be read, and the character that does not belong to it. */
const brokenEscape = /\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?[\s\S]/y

function checkEscapes(source: ConditionSource): void {
  const { expression } = source
  for (const { index, groups } of expression.matchAll(tokens)) {
    const { bytes = "", quote = "", body } = groups ?? {}
    if (body === undefined) continue
    const start = index + bytes.length + quote.length
    for (let at = expression.indexOf("\\", start); at >= 0 && at < start + body.length; ) {
      validEscape.lastIndex = at
      const valid = validEscape.exec(expression)?.[0]
      if (valid === undefined) throw unreadable(source, start - 1, at)
      if (bytes !== "" && /^\\[uU]/.test(valid))
        throw expressionProblem(source, index, "unable to unescape string")
      at = expression.indexOf("\\", at + valid.length)
    }
  }
}

function unreadable(source: ConditionSource, start: number, at: number): Error {
  brokenEscape.lastIndex = at
  const end = at + (brokenEscape.exec(source.expression)?.[0].length ?? 1)
  const text = source.expression.slice(start, end)
  return expressionProblem(source, start, `Syntax error: token recognition error at: '${text}'`)
}
