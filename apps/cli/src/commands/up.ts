import { once } from "node:events"
import { mkdirSync } from "node:fs"
import { isGatehouseError } from "@gatehouse/sdk/client"
import { defineCommand } from "../command/define-command.ts"
import { usageError } from "../command/parse-command-line.ts"
import { keepCompiledCode } from "../compile-cache.ts"
import { exitCodes } from "../exit-codes.ts"
import { createProgress } from "../output/progress.ts"
import { showPlane } from "../output/show-plane.ts"
import type { Terminal } from "../terminal.ts"
import { parsePort, portArgument } from "./port-argument.ts"
import { loadServer, stateArgument, stateDirectoryOf } from "./server.ts"

/** Starts the plane in this process and keeps it until a signal. */
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
    const allow = readNames(args.allow, server.developmentDefaults, "--allow")
    const only = readNames(args.only, server.partNames, "--only")
    const progress = createProgress(terminal, { json: Boolean(args.json) })
    const asked = listenForStop(terminal)
    const plane = await server
      .up({
        stateDirectory,
        environment: environment.variables,
        port,
        demo: args.demo,
        allow,
        only,
        report: progress.report,
        signal: asked,
      })
      .catch((error: unknown) => {
        if (isGatehouseError(error) && error.code === "server.start_aborted") return undefined
        throw error
      })
      .finally(progress.end)
    if (plane === undefined) return exitCodes.interrupted
    if (args.json) terminal.out(JSON.stringify({ step: "running", ...plane.summary }))
    else for (const line of showPlane(terminal, plane)) terminal.out(line)
    // A pending promise keeps no process alive; the plane's own listeners do.
    if (!asked.aborted) await once(asked, "abort")
    await plane.stop()
    return undefined
  },
})

/**
 * Made here, so that the first start already keeps what it compiles. Whether it can be used the server says, in one line.
 * Others may pass through but not look in: PostgreSQL's own user has to reach its folder. Every file in it is its owner's alone.
 */
function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o711 })
  } catch {
    // It is there already, or the server names the folder and what to do.
  }
  keepCompiledCode(directory)
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

/** A second signal sooner than this is the first one on another way: npm passes on what the terminal has already sent. */
const echoMilliseconds = 1_000

/**
 * From here on Ctrl-C stops the plane in order; while it still starts, the start is given up. A second one, from somebody who
 * does not want to wait, ends the process at once; the next start recovers.
 */
function listenForStop(terminal: Terminal): AbortSignal {
  const controller = new AbortController()
  let asked: number | undefined
  const stop = () => {
    if (asked === undefined) terminal.note("Stopping")
    else if (performance.now() - asked > echoMilliseconds) process.exit(exitCodes.interrupted)
    asked ??= performance.now()
    controller.abort()
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop)
  return controller.signal
}
