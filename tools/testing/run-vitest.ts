import { startVitest } from "vitest/node"

/**
 * Runs the tests of a Vitest configuration and ends the process, after a closing line `N passed, N failed` that counts them. A
 * run without a test has failed. `filters` are parts of file names.
 */
export async function runVitest(filters: readonly string[], config?: string): Promise<never> {
  const vitest = await startVitest("test", [...filters], {
    watch: false,
    run: true,
    ...(config === undefined ? {} : { config }),
  })
  const modules = vitest.state.getTestModules()
  const results = modules.flatMap((module) => [...module.children.allTests()])
  const count = (state: string) => results.filter((test) => test.result().state === state).length
  const brokenFiles = modules.filter((module) => module.errors().length > 0).length
  const failed = count("failed") + brokenFiles + vitest.state.getUnhandledErrors().length
  const skipped = count("skipped")
  await vitest.close()
  process.stdout.write(
    `\n${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  )
  process.exit(failed > 0 || count("passed") === 0 ? 1 : 0)
}
