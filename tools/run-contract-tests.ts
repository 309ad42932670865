import { installServer } from "./servers/install-server.ts"
import { InstallProblem, Interruption } from "./servers/run-command.ts"
import { endWithCounts, runVitest } from "./testing/run-vitest.ts"

/**
 * `npm run test:contract`: the suites of the wires on the real servers, which it installs first. Arguments are file filters.
 * OpenFGA's command line is left out where no package of it is known; the server never is.
 */
const tell = (line: string): void => void process.stderr.write(`${line}\n`)
try {
  await installServer("openfga", tell)
} catch (error) {
  if (error instanceof Interruption) process.exit(error.exitCode)
  if (!(error instanceof InstallProblem)) throw error
  tell(error.message)
  endWithCounts({ passed: 0, failed: 1, skipped: 0, flaky: [] })
}
try {
  await installServer("fga", tell)
} catch (error) {
  if (error instanceof Interruption) process.exit(error.exitCode)
  if (!(error instanceof InstallProblem)) throw error
  tell(`Left out: the tests with OpenFGA's command line. ${error.message}`)
}
endWithCounts(await runVitest({ filters: process.argv.slice(2), config: "vitest.contract.config.ts" }))
