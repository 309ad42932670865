import { existsSync } from "node:fs"
import { startVitest } from "vitest/node"
import { conformanceFiles } from "../vitest.config.ts"

/**
 * `npm test`: every test but the long ones, then a closing line `N passed, N failed` that counts them.
 * Arguments are file filters: `npm test -- packages/rebac`.
 */
if (!existsSync(conformanceFiles)) {
  process.stderr.write(
    "Left out: conformance/, whose files are not beside this checkout (../shared/conformance). CI demands them.\n",
  )
}

const vitest = await startVitest("test", process.argv.slice(2), { watch: false, run: true })
const results = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
const count = (state: string) => results.filter((test) => test.result().state === state).length
const brokenFiles = vitest.state.getTestModules().filter((module) => module.errors().length > 0).length
const failed = count("failed") + brokenFiles + vitest.state.getUnhandledErrors().length
const skipped = count("skipped")
await vitest.close()
process.stdout.write(
  `\n${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
)
process.exit(failed > 0 || count("passed") === 0 ? 1 : 0)
