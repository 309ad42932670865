import { expect, test } from "vitest"
import { ConditionProblem } from "./condition-problem.ts"
import { compileCondition } from "./condition-program.ts"

const types = { a: "ANY", b: "BOOL", d: "DOUBLE", du: "DURATION", i: "INT", s: "STRING", t: "TIMESTAMP" }
const parameters = Object.fromEntries(
  Object.entries({ ...types, u: "UINT" }).map(([name, type]) => [name, { type_name: `TYPE_NAME_${type}` }]),
)
const values = { a: 1, b: true, d: 1, du: "1s", i: 1, s: "a", t: "2024-01-01T00:00:00Z", u: 1 }

function problemOf(expression: string): string | undefined {
  try {
    compileCondition({ name: "c", expression, parameters })
    return undefined
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error
    return error.message
  }
}

function outcome(expression: string): string {
  return compileCondition({ name: "c", expression, parameters }).evaluate({ values }, undefined)
}

test.each([
  ['s.matches("(")', "error parsing regexp: missing closing ): `(`"],
  ['matches(s, "a**")', "error parsing regexp: invalid nested repetition operator: `**`"],
  ['s.matches("\\\\")', "error parsing regexp: trailing backslash at end of expression: ``"],
  ['false && s.matches("(")', "error parsing regexp: missing closing ): `(`"],
  ['b ? s.matches("[") : true', "error parsing regexp: missing closing ]: `[`"],
  ['[s].all(x, x.matches("("))', "error parsing regexp: missing closing ): `(`"],
  ['s.matches(string("("))', "error parsing regexp: missing closing ): `(`"],
  ['t < timestamp("2024-01-01")', 'invalid RFC 3339 timestamp "2024-01-01"'],
  [
    't < timestamp("2023-02-29T00:00:00Z")',
    "type conversion error from 'string' to 'google.protobuf.Timestamp'",
  ],
  ['t < timestamp("0000-01-01T00:00:00Z")', "timestamp overflow"],
  ["t < timestamp(253402300800)", "timestamp overflow"],
  ['du < duration("1x")', "type conversion error from 'string' to 'google.protobuf.Duration'"],
  ['du < duration("+")', "type conversion error from 'string' to 'google.protobuf.Duration'"],
  ['int("a") == i', "type conversion error from 'string' to 'int'"],
  ["int(1e19) == i", "integer overflow"],
  ["int(9223372036854775808u) == i", "integer overflow"],
  ['uint(int("-1")) == u', "unsigned integer overflow"],
  ["uint(-0.5) == u", "unsigned integer overflow"],
  ['double("1e999") == d', "type conversion error from 'string' to 'double'"],
  ['bool("yes")', "type conversion error from 'string' to 'bool'"],
  ['string(b"\\xff") == s', "invalid UTF-8 in bytes, cannot convert to string"],
  ["int(dyn([1])) == i", "no such overload: int(list)"],
  ["string(null) == s", "no such overload: string(null_type)"],
  ["a[null] == 1", "invalid qualifier type: types.Null"],
  ['{int("x"): timestamp("y")}.size() == 1', "type conversion error from 'string' to 'int'"],
  ['int("a")', "type conversion error from 'string' to 'int'"],
])("%s is refused with OpenFGA's sentence", (expression, sentence) => {
  expect(problemOf(expression)).toBe(`condition expression construction: ${sentence}`)
})

test.each([
  ["i == 9223372036854775808", 6, "invalid int literal"],
  ["-9223372036854775809 == i", 1, "invalid int literal"],
  ["i - 9223372036854775808 == i", 5, "invalid int literal"],
  ["18446744073709551616u == u", 1, "invalid uint literal"],
  ["1e400 == d", 1, "invalid double literal"],
  ['s.matches("\\d")', 11, "Syntax error: token recognition error at: '\"\\d'"],
  ["s == '''\\u00'''", 8, "Syntax error: token recognition error at: ''\\u00''"],
  ['s == "\\777"', 6, "Syntax error: token recognition error at: '\"\\7'"],
  ['b"\\u00ff" == b""', 1, "unable to unescape string"],
  ["9223372036854775808 == i && nope", 1, "invalid int literal"],
])("the literal in %s is refused with OpenFGA's sentence", (expression, column, sentence) => {
  expect(problemOf(expression)).toBe(
    `ERROR: c:1:${column}: ${sentence}\n | ${expression}\n | ${".".repeat(column - 1)}^`,
  )
})

test.each([
  ['s.matches("(" + "")', "error"],
  ["s.matches(s)", "true"],
  ['["("].exists(x, s.matches(x))', "error"],
  ['s.matches("(?<n>a)") && s.matches(r"\\w") && "-".matches("\\\\W")', "true"],
  ['t < timestamp("x" + "y")', "error"],
  ['["x"].all(x, timestamp(x) < t)', "error"],
  ['timestamp(["2023-02-29T00:00:00Z"][0]) < t', "error"],
  ['timestamp("2023-02-28T23:59:59.1234567891+01:00") < t', "true"],
  ['duration("1\u03bcs") == duration("1us") && duration("+0") < du', "true"],
  ['double("1_0.5") == 10.5 && bool("T") && !bool("F")', "true"],
  ['double("0x1p-2") == d', "error"],
  ['ipaddress("x").in_cidr("y")', "error"],
  ['t.getHours("Nowhere/Zone") == 1', "error"],
  ["1 / 0 == i || 9223372036854775807 + 1 == i", "error"],
  ["-9223372036854775808 < i && - 9223372036854775808 < i && -0x8000000000000000 < i", "true"],
  ["18446744073709551615u > u && 1e308 > d", "true"],
  ["\"\\\\d\" == r'\\d' && '\\x41\\u0042\\103\\U00000044' == 'ABCD'", "true"],
  ['true // "\\q" 9223372036854775808', "true"],
  ["s == 'a' || s == r'\\'", "true"],
  ["br'\\' == b'\\\\'", "true"],
  ['{"a": int("1"), "b": 2}["b"] == 2', "true"],
])("%s is taken as OpenFGA takes it", (expression, expected) => {
  expect(outcome(expression)).toBe(expected)
})

test("a pattern that takes long to read is no mistake before it is evaluated", () => {
  const slow = "(?i)[\\\\x{0}-\\\\x{10ffff}]".repeat(12)
  expect(problemOf(`s.matches("(${slow}")`)).toBeUndefined()
})
