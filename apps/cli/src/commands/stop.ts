import { defineCommand } from "../command/define-command.ts"
import { jsonArgument, loadServer, stateArgument, stateDirectoryOf } from "./server.ts"

/** Stops the plane that runs on a state directory, and returns when its process has ended. */
export const stop = defineCommand({
  args: { ...stateArgument, ...jsonArgument },
  run: async ({ args, terminal, environment }) => {
    const server = await loadServer()
    const { pid } = await server.stop({
      stateDirectory: stateDirectoryOf(environment, args.state),
    })
    terminal.out(args.json ? JSON.stringify({ stopped: pid }) : `Stopped process ${pid}.`)
    return undefined
  },
})
