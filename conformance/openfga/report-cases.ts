import { relative } from "node:path"
import { describeOutcome } from "./assess.ts"
import { type CaseResult, passed } from "./run-cases.ts"
import type { Failure } from "./run-scenario.ts"
import type { Assertion, LoadedCases } from "./scenario.ts"

/** How many cases passed and failed with one subject. */
export interface SubjectSummary {
  readonly passed: number
  readonly failed: number
  readonly assertions: number
}

/** Counts the results of one subject. */
export function summarize(results: readonly CaseResult[]): SubjectSummary {
  const good = results.filter(passed).length
  return {
    passed: good,
    failed: results.length - good,
    assertions: results.reduce((sum, { assertions }) => sum + assertions, 0),
  }
}

/** A line for each case, and below a failed one a line for each thing that did not hold. Files are shown from `directory`. */
export function reportLines(directory: string, results: readonly CaseResult[]): string[] {
  return results.flatMap((result) => {
    const mode = result.mode === "stored" ? "" : " (tuples sent with each question)"
    // OpenFGA's own runners pass such a case too; nobody is to take it for a tested one.
    const note = passed(result) && result.assertions === 0 ? " (it asserts nothing)" : ""
    const head = `${passed(result) ? "PASS" : "FAIL"} ${result.subject} ${place(directory, result.file, result.line)} ${result.name}${mode}${note}`
    const problems = result.problem === undefined ? [] : [`     ${result.problem}`]
    return [
      head,
      ...problems,
      ...result.failures.map(
        (failure) =>
          `     ${describeFailure(failure, place(directory, result.file, failure.assertion?.line))}`,
      ),
    ]
  })
}

/** Files in which there is no test, so that nobody takes them for tested. */
export function leftOutLines(directory: string, { leftOut }: LoadedCases): string[] {
  return leftOut.map((file) => `LEFT OUT ${place(directory, file, undefined)}: it holds no test`)
}

/** The results as data: one object for each case, failures in words. */
export function reportJson(directory: string, results: readonly CaseResult[]): object[] {
  return results.map((result) => ({
    subject: result.subject,
    file: place(directory, result.file, undefined),
    line: result.line ?? null,
    name: result.name,
    tuples: result.mode,
    assertions: result.assertions,
    passed: passed(result),
    ...(result.problem === undefined ? {} : { problem: result.problem }),
    failures: result.failures.map(({ stage, assertion, form, got }) => ({
      stage,
      line: assertion?.line ?? null,
      question: assertion === undefined ? null : describeAssertion(assertion),
      form,
      expected: assertion === undefined ? null : describeExpected(assertion),
      got,
    })),
  }))
}

function place(directory: string, file: string, line: number | undefined): string {
  const shown = relative(directory, file) || file
  return line === undefined ? shown : `${shown}:${line}`
}

function describeExpected(assertion: Assertion): string {
  if (assertion.kind !== "batch_check") return describeOutcome(assertion.expected)
  return [...assertion.expected].map(([id, each]) => `${id} ${describeOutcome(each)}`).join(", ")
}

function describeFailure({ stage, assertion, form, got }: Failure, where: string): string {
  if (assertion === undefined) return `${where} stage ${stage + 1}: ${form}: ${got}`
  const expected = describeExpected(assertion)
  return `${where} stage ${stage + 1}: ${describeAssertion(assertion)}: ${form}: expected ${expected}, got ${got}`
}

function describeAssertion(assertion: Assertion): string {
  const values = assertion.kind === "batch_check" ? undefined : assertion.context
  const context = values === undefined ? "" : ` with ${JSON.stringify(values)}`
  switch (assertion.kind) {
    case "check":
      return `${assertion.object}#${assertion.relation}@${assertion.user}${context}`
    case "list_objects":
      return `objects of ${assertion.type} with ${assertion.relation} for ${assertion.user}${context}`
    case "list_users": {
      const kinds = assertion.filters.map(({ type, relation }) => (relation ? `${type}#${relation}` : type))
      return `users of ${kinds.join(", ")} with ${assertion.relation} for ${assertion.object}${context}`
    }
    case "batch_check":
      return `a batch of ${assertion.items.length}`
  }
}
