import { startVitest } from "vitest/node"

/** What a run came to. A file that broke counts as one failure. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
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
  await vitest.close()
  return { passed: count("passed"), failed, skipped: count("skipped") }
}

/** Ends the process after the closing line `N passed, N failed`. A run without a test has failed. */
export function endWithCounts({ passed, failed, skipped }: TestCounts): never {
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}
