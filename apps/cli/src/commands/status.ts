import { defineCommand } from "../command/define-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { formatTable } from "../output/table.ts"
import { jsonArgument, loadServer, stateArgument, stateDirectoryOf } from "./server.ts"

/** Ends with 1 where a part is not well, so that a script can wait for it. */
export const status = defineCommand({
  args: { ...stateArgument, ...jsonArgument },
  run: async ({ args, terminal, environment }) => {
    const server = await loadServer()
    const plane = await server.status({ stateDirectory: stateDirectoryOf(environment, args.state) })
    const parts = Object.entries(plane.parts)
    if (args.json) terminal.out(JSON.stringify(plane))
    else {
      terminal.out(`Gatehouse ${plane.version} runs as process ${plane.pid}.`)
      terminal.out("")
      const urls: Readonly<Record<string, string | undefined>> = plane.urls
      const rows = parts.map(([name, health]) => [name, health.status, urls[name], health.detail])
      for (const line of formatTable(terminal, ["part", "health", "address", "detail"], rows))
        terminal.out(line)
    }
    return parts.every(([, health]) => health.status === "ok") ? undefined : exitCodes.failure
  },
})
