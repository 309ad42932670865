import { defineCommand } from "../command/define-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { oneLine } from "../terminal.ts"
import { parsePort, portArgument } from "./port-argument.ts"
import { jsonArgument, loadServer, stateArgument, stateDirectoryOf } from "./server.ts"

const marks = { ok: "✓", warning: "!", problem: "✗" } as const
const colors = { ok: "green", warning: "yellow", problem: "red" } as const

/** Ends with 1 where something keeps the plane from starting; a warning does not. */
export const doctor = defineCommand({
  args: { ...stateArgument, ...portArgument, ...jsonArgument },
  run: async ({ args, terminal, environment }) => {
    const port = parsePort(args.port)
    const server = await loadServer()
    const findings = await server.doctor({
      stateDirectory: stateDirectoryOf(environment, args.state),
      environment: environment.variables,
      port,
    })
    if (args.json) terminal.out(JSON.stringify({ items: findings }))
    else {
      for (const { name, status, message, action } of findings) {
        terminal.out(
          oneLine(`${marks[status]} ${name}: ${message}`).replace(marks[status], (mark) =>
            terminal.style(colors[status], mark),
          ),
        )
        if (action !== undefined) terminal.out(oneLine(`  ${action}`))
      }
    }
    return findings.some(({ status }) => status === "problem") ? exitCodes.failure : undefined
  },
})
