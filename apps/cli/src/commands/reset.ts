import { defineCommand } from "../command/define-command.ts"
import { confirm, confirmArgument } from "./confirm.ts"
import { jsonArgument, loadServer, stateArgument, stateDirectoryOf } from "./server.ts"

/** Removes the state of this machine's plane for good, after a question unless `--yes` is there. */
export const reset = defineCommand({
  args: { ...stateArgument, ...confirmArgument, ...jsonArgument },
  run: async ({ args, terminal, environment }) => {
    const stateDirectory = stateDirectoryOf(environment, args.state)
    await confirm(terminal, `Remove all databases, keys and logins in ${stateDirectory}?`, args.yes)
    const server = await loadServer()
    await server.reset({ stateDirectory })
    terminal.out(
      args.json
        ? JSON.stringify({ removed: stateDirectory })
        : `Removed all that was kept in ${stateDirectory}.`,
    )
    return undefined
  },
})
