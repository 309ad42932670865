import {
  type AssertionReport,
  describePlace,
  type Explanation,
  type StoreReport,
  type TestReport,
} from "@gatehouse/sdk/model"
import { oneLine, type Terminal } from "../terminal.ts"
import { drawReasons } from "./draw-explanation.ts"
import { toDrawnReasons } from "./drawn-reasons.ts"

type Styled = Pick<Terminal, "style">

/** One store file's tests for a terminal: a line a test, and below a failed one what was expected, what came, and why. */
export function drawStoreReport(terminal: Styled, { file, name, tests }: StoreReport): string[] {
  const head = name === undefined ? file : `${file} (${name})`
  return [terminal.style("bold", oneLine(head)), ...tests.flatMap((test) => drawTest(terminal, test)), ""]
}

/** The last line: what passed and what failed, in all files. */
export function drawTotals(terminal: Styled, passed: number, failed: number): string {
  return `${passed} passed, ${failed > 0 ? terminal.style("red", `${failed} failed`) : "0 failed"}`
}

function drawTest(terminal: Styled, { name, passed, assertions }: TestReport): string[] {
  if (passed) return [`${terminal.style("green", "✓")} ${oneLine(`${name} (${assertions.length})`)}`]
  const failures = assertions.filter((one) => !one.passed)
  return [
    `${terminal.style("red", "✗")} ${oneLine(`${name} (${failures.length} of ${assertions.length} failed)`)}`,
    ...failures.flatMap((failure) => drawFailure(failure).map((line) => `  ${line}`)),
  ]
}

function drawFailure({ assertion, place, got, error, explanation }: AssertionReport): string[] {
  const where = place === undefined ? "" : `${describePlace(place)}: `
  const came =
    error === undefined ? difference(assertion.expected, got) : `it ends in ${error.code}: ${error.reason}`
  return [
    oneLine(`${where}${describe(assertion)}: ${came}`),
    ...(explanation === undefined ? [] : drawWhy(explanation).map((line) => `  ${line}`)),
  ]
}

function describe(assertion: AssertionReport["assertion"]): string {
  const { kind, relation } = assertion
  const context = assertion.context === undefined ? "" : ` with ${JSON.stringify(assertion.context)}`
  if (kind === "check") return `${assertion.user} ${relation} ${assertion.object}${context}`
  if (kind === "list_objects") return `${assertion.type} that ${assertion.user} is ${relation} of${context}`
  const { type, relation: of } = assertion.filter
  return `${of === undefined ? type : `${type}#${of}`} that is ${relation} of ${assertion.object}${context}`
}

type Answer = AssertionReport["got"]

function difference(expected: Answer, got: Answer): string {
  if (typeof expected !== "object" || typeof got !== "object") return `expected ${expected}, got ${got}`
  const missing = expected.filter((name) => !got.includes(name))
  const surplus = got.filter((name) => !expected.includes(name))
  return [
    ...(missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
    ...(surplus.length > 0 ? [`not expected ${surplus.join(", ")}`] : []),
    ...(missing.length + surplus.length === 0 ? ["something is expected twice"] : []),
  ].join("; ")
}

function drawWhy(explanation: Explanation): string[] {
  const [suggestion] = explanation.suggestions
  const reasons = drawReasons(toDrawnReasons(explanation))
  if (suggestion === undefined) return reasons
  const tuple = (sign: string) => (one: { user: string; relation: string; object: string }) =>
    oneLine(`  ${sign} ${one.user} ${one.relation} ${one.object}`)
  return [
    ...reasons,
    "it would be allowed with",
    ...suggestion.add.map(tuple("+")),
    ...suggestion.remove.map(tuple("-")),
  ]
}
