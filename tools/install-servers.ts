import { installServer } from "./servers/install-server.ts"
import { InstallProblem, Interruption } from "./servers/run-command.ts"
import { isServerName, serverVersions } from "./servers/server-binary.ts"

/**
 * `npm run servers:install openfga fga`: puts the real programs that the contract tests run against into a cache outside the
 * checkout, and prints where each lies. What is there already takes no time.
 */
const names = process.argv.slice(2)
const unknown = names.find((name) => !isServerName(name))
if (names.length === 0 || unknown !== undefined) {
  process.stderr.write(`servers:install takes one or more of: ${Object.keys(serverVersions).join(", ")}\n`)
  process.exit(2)
}
try {
  for (const name of names.filter(isServerName))
    process.stdout.write(`${await installServer(name, (line) => process.stderr.write(`${line}\n`))}\n`)
} catch (error) {
  if (error instanceof Interruption) process.exit(error.exitCode)
  if (!(error instanceof InstallProblem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
