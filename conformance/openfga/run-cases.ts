import { canRun, type Failure, runScenario, type TupleMode } from "./run-scenario.ts"
import type { LoadedCases, Scenario } from "./scenario.ts"
import type { Subject, SubjectName } from "./subject.ts"

/** What came of one case with one subject. */
export interface CaseResult {
  readonly subject: SubjectName
  readonly file: string
  readonly line: number | undefined
  readonly name: string
  readonly mode: TupleMode
  /** Questions that the file asks in it. */
  readonly assertions: number
  /** Why the case could not be run at all. */
  readonly problem: string | undefined
  readonly failures: readonly Failure[]
}

/** Cases that run beside each other: most of their time they wait for a poll or for the disk. */
const CONCURRENT_CASES = 8

/** True where everything held. */
export function passed({ problem, failures }: CaseResult): boolean {
  return problem === undefined && failures.length === 0
}

/** Runs all cases with one subject, some beside each other, and returns the results in the order of the files. */
export async function runCases(subject: Subject, { scenarios, broken }: LoadedCases): Promise<CaseResult[]> {
  const runs = scenarios.flatMap((scenario) =>
    (["stored", "contextual"] as const)
      .filter((mode) => canRun(scenario, mode))
      .map((mode) => ({ scenario, mode })),
  )
  const results: CaseResult[] = broken.map(({ file, line, name, problem }) => ({
    subject: subject.name,
    ...{ file, line, name, problem },
    ...{ mode: "stored", assertions: 0, failures: [] },
  }))
  const queue = runs.values()
  const work = async () => {
    for (const { scenario, mode } of queue) results.push(await runCase(subject, scenario, mode))
  }
  await Promise.all(Array.from({ length: CONCURRENT_CASES }, work))
  return results.sort(
    (a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.mode === "stored" ? -1 : 1),
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Runs one case with one subject. */
export async function runCase(subject: Subject, scenario: Scenario, mode: TupleMode): Promise<CaseResult> {
  const { file, line, name, stages } = scenario
  const assertions = stages.reduce((sum, stage) => sum + stage.assertions.length, 0)
  const failures = await runScenario(subject, scenario, mode)
  return { subject: subject.name, file, line, name, mode, assertions, problem: undefined, failures }
}
