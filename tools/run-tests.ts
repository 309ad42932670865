import { existsSync } from "node:fs"
import { startVitest } from "vitest/node"

/**
 * `npm test`: every test but the long ones, then a closing line `N passed, N failed` that counts them.
 * Arguments are file filters: `npm test -- packages/rebac`.
 */
const conformance = new URL("../../shared/conformance/openfga", import.meta.url)
if (!existsSync(conformance)) {
  process.stderr.write(
    "The conformance files are not beside the checkout (../shared/conformance): their tests will fail.\n",
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
