import { startVitest } from "vitest/node"

/** What a run came to. A file that broke counts as one failure. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Tests that failed first and passed when they were tried again, by file and name. */
  readonly flaky: readonly string[]
}

/** Which tests to run. `filters` are parts of file names. */
export interface VitestRun {
  readonly filters: readonly string[]
  readonly config?: string
  /** One project of the configuration; without it, all. */
  readonly project?: string
}

/** Runs tests and counts them. It may be called once in a process. */
export async function runVitest({ filters, config, project }: VitestRun): Promise<TestCounts> {
  const vitest = await startVitest("test", [...filters], {
    watch: false,
    run: true,
    passWithNoTests: true,
    ...(config === undefined ? {} : { config }),
    ...(project === undefined ? {} : { project: [project] }),
  })
  const modules = vitest.state.getTestModules()
  const results = modules.flatMap((module) => [...module.children.allTests()])
  const count = (state: string) => results.filter((test) => test.result().state === state).length
  const brokenFiles = modules.filter((module) => module.errors().length > 0).length
  const failed = count("failed") + brokenFiles + vitest.state.getUnhandledErrors().length
  const flaky = results
    .filter((test) => test.diagnostic()?.flaky)
    .map((test) => `${test.module.relativeModuleId} > ${test.fullName}`)
  await vitest.close()
  return { passed: count("passed"), failed, skipped: count("skipped"), flaky }
}

/** Ends the process after the closing line `N passed, N failed`. A run without a test has failed. */
export function endWithCounts({ passed, failed, skipped, flaky }: TestCounts): never {
  for (const test of flaky) process.stdout.write(`\nPassed only when it was tried again: ${test}`)
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}
