import { fork } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { conformanceFiles, projectNames } from "../vitest.config.ts"
import { endWithCounts, type TestCounts } from "./testing/run-vitest.ts"

/**
 * `npm test`: every test but the long ones. Arguments are file filters: `npm test -- packages/rebac`. The projects run side by
 * side, each in a process of its own: tests of the whole plane mostly wait for it, and Vitest by itself runs one project
 * after the other.
 */
if (!existsSync(conformanceFiles)) {
  process.stderr.write(
    "Left out: conformance/, whose files are not beside this checkout (../shared/conformance). CI demands them.\n",
  )
}
const counts = await Promise.all(projectNames.map(runProject))
const total = (of: "passed" | "failed" | "skipped") => counts.reduce((sum, one) => sum + one[of], 0)
endWithCounts({
  passed: total("passed"),
  failed: total("failed"),
  skipped: total("skipped"),
  flaky: counts.flatMap(({ flaky }) => flaky),
})

/** A process that ends without its counts has failed. */
function runProject(project: string): Promise<TestCounts> {
  const script = fileURLToPath(new URL("testing/run-project.ts", import.meta.url))
  return new Promise((resolve) => {
    let ended: TestCounts = { passed: 0, failed: 1, skipped: 0, flaky: [] }
    fork(script, [project, ...process.argv.slice(2)])
      .on("message", (message) => {
        ended = message as TestCounts
      })
      .on("exit", () => resolve(ended))
  })
}
