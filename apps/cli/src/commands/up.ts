import { mkdirSync } from "node:fs"
import { defineCommand } from "../command/define-command.ts"
import { usageError } from "../command/parse-command-line.ts"
import { keepCompiledCode } from "../compile-cache.ts"
import { createProgress } from "../output/progress.ts"
import { showPlane } from "../output/show-plane.ts"
import { parsePort, portArgument } from "./port-argument.ts"
import { loadServer, type RunningPlane, stateArgument, stateDirectoryOf } from "./server.ts"

export const up = defineCommand({
  args: {
    demo: {
      type: "boolean",
      description: "Make the organizations acme and globex, with users and a project",
    },
    ...stateArgument,
    ...portArgument,
    allow: {
      type: "string",
      description: "Development defaults that production refuses, by name: embedded,http,demo,state-secrets",
      valueHint: "NAMES",
    },
    only: { type: "string", description: "Start these parts alone", valueHint: "PARTS" },
    json: { type: "boolean", description: "Print one JSON line for each step" },
  },
  run: async ({ args, terminal, environment }) => {
    const port = parsePort(args.port)
    const stateDirectory = stateDirectoryOf(environment, args.state)
    makeStateDirectory(stateDirectory)
    const server = await loadServer()
    const progress = createProgress(terminal, { json: Boolean(args.json) })
    const signals = listenForStop()
    const plane = await server
      .up({
        stateDirectory,
        environment: environment.variables,
        port,
        demo: args.demo,
        allow: readNames(args.allow, server.developmentDefaults, "--allow"),
        only: readNames(args.only, server.partNames, "--only"),
        report: progress.report,
      })
      .finally(progress.end)
    if (args.json) terminal.out(JSON.stringify({ step: "running", ...plane.summary }))
    else for (const line of showPlane(terminal, plane)) terminal.out(line)
    await stopAtSignal(plane, signals)
    return undefined
  },
})

/** Made here, so that the first start already keeps what it compiles. Whether it can be used the server says, in one line. */
function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    keepCompiledCode(directory)
  } catch {
    // The server names the folder and what to do.
  }
}

/** Names of a comma-separated option. Throws `cli.usage` for one that is not among `known`. */
function readNames<const Name extends string>(
  text: string | undefined,
  known: readonly Name[],
  option: string,
): readonly Name[] | undefined {
  if (text === undefined) return undefined
  return text.split(",").map((word) => {
    const name = known.find((candidate) => candidate === word.trim())
    if (name === undefined) throw usageError(`${option} takes some of ${known.join(",")}.`)
    return name
  })
}

type StopSignals = ReturnType<typeof listenForStop>

/** From here on Ctrl-C stops the plane in order, also while it starts: then as soon as it has started. */
function listenForStop() {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve())
  return promise
}

async function stopAtSignal(plane: RunningPlane, signals: StopSignals): Promise<void> {
  // A pending promise keeps no process alive; the plane's own listeners do.
  await signals
  await plane.stop()
}
