import { resolve } from "node:path"
import { loadCases } from "./load-cases.ts"
import { openSubject } from "./open-subject.ts"
import { leftOutLines, reportJson, reportLines, summarize } from "./report-cases.ts"
import { type CaseResult, runCases } from "./run-cases.ts"
import { startServer } from "./start-server.ts"
import { type ServerUnderTest, type SubjectName, subjectNames } from "./subject.ts"

/** What a shell shows for a program that Ctrl-C ended. */
const INTERRUPTED = 130

export interface OpenfgaRun {
  readonly directory: string
  /** A server to test instead of the embedded engine. */
  readonly server: ServerUnderTest | undefined
  /** Default: all, or those that ask a server where one is given. */
  readonly subjects: readonly SubjectName[] | undefined
  readonly json: boolean
}

/**
 * Runs a directory of OpenFGA's test files, writes a report to standard output, and tells how many cases passed and failed. A
 * directory without a test has failed.
 */
export async function runOpenfga(run: OpenfgaRun): Promise<{ passed: number; failed: number }> {
  const directory = resolve(run.directory)
  const cases = loadCases(directory)
  const write = (lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(""))
  if (cases.scenarios.length === 0 && cases.broken.length === 0) {
    process.stderr.write(`There is no OpenFGA test file in ${run.directory}.\n`)
    return { passed: 0, failed: 1 }
  }
  const names =
    run.subjects ??
    (run.server === undefined ? subjectNames : subjectNames.filter((name) => name !== "evaluator"))
  const started =
    run.server === undefined && names.some((name) => name !== "evaluator") ? await startServer() : undefined
  const results: CaseResult[] = []
  const interrupt = () => void Promise.resolve(started?.close()).finally(() => process.exit(INTERRUPTED))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt)
  try {
    for (const name of names) {
      const found = await runCases(openSubject(name, run.server ?? started), cases)
      if (!run.json) write(reportLines(directory, found))
      results.push(...found)
    }
  } finally {
    await started?.close()
  }
  const summaries = names.map((name) => ({
    subject: name,
    ...summarize(results.filter(({ subject }) => subject === name)),
  }))
  if (run.json)
    write([
      JSON.stringify(
        { cases: reportJson(directory, results), left_out: cases.leftOut, subjects: summaries },
        null,
        2,
      ),
    ])
  else
    write([
      ...leftOutLines(directory, cases),
      "",
      ...summaries.map(
        ({ subject, passed, failed, assertions }) =>
          `${subject}: ${passed} cases passed, ${failed} failed; they hold ${assertions} assertions`,
      ),
    ])
  return {
    passed: summaries.reduce((sum, { passed }) => sum + passed, 0),
    failed: summaries.reduce((sum, { failed }) => sum + failed, 0),
  }
}
