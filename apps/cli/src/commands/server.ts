import { resolve } from "node:path"
import type { CliEnvironment } from "../environment.ts"

/** The server's own package. Loaded by the commands that start or look at a plane on this machine, and by no other. */
export function loadServer() {
  return import("@gatehouse/server")
}

/** The server's entry points. Loaded when a command needs it: the layers keep the command line free of it. */
export type Server = Awaited<ReturnType<typeof loadServer>>
/** What `up` can be told, as the server takes it. */
export type UpOptions = Parameters<Server["up"]>[0]
/** Progress of a start, one for each change of a step. */
export type StartEvent = Parameters<UpOptions["report"]>[0]
/** A plane of this process, which stops with it. */
export type RunningPlane = Awaited<ReturnType<Server["up"]>>

/** `--state DIR`, as every command that works on this machine's plane takes it. */
export const stateArgument = {
  state: {
    type: "string",
    description: "Folder that holds the plane's state",
    valueHint: "DIR",
  },
} as const

/** `--json`, as every command that prints a result takes it. */
export const jsonArgument = {
  json: { type: "boolean", description: "Print JSON for programs" },
} as const

/** The state directory that a command works on. */
export function stateDirectoryOf(
  environment: Pick<CliEnvironment, "stateDirectory">,
  state: string | undefined,
): string {
  return state === undefined ? environment.stateDirectory : resolve(state)
}
