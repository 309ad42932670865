import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** What the command line takes from its environment. Read here and nowhere else. */
export interface CliEnvironment {
  /** All variables: the server reads its own settings from them. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Where the plane's state is where no option says otherwise. Absolute. */
  readonly stateDirectory: string
  /** Where logins are kept: in `$XDG_STATE_HOME` where it is set, so that each user of a shared clone has their own. */
  readonly loginDirectory: string
  /** Whether unexpected failures show their stack. */
  readonly debug: boolean
}

/** Reads the environment. A variable that is set to nothing counts as not set. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): CliEnvironment {
  const stateDirectory = defaultStateDirectory(variables)
  return {
    variables,
    stateDirectory,
    loginDirectory: stateHomeOf(variables) ?? stateDirectory,
    debug: Boolean(variables.GATEHOUSE_DEBUG),
  }
}

/**
 * `GATEHOUSE_STATE` where it is set; `.gatehouse` in the clone that this file lies in; else `gatehouse` under
 * `$XDG_STATE_HOME`, by default `~/.local/state` (XDG Base Directory Specification 0.8; a relative value counts as not set).
 */
function defaultStateDirectory(variables: Readonly<Record<string, string | undefined>>): string {
  if (variables.GATEHOUSE_STATE) return resolve(variables.GATEHOUSE_STATE)
  const clone = findClone(dirname(fileURLToPath(import.meta.url)))
  if (clone !== undefined) return join(clone, ".gatehouse")
  return stateHomeOf(variables) ?? join(variables.HOME || homedir(), ".local", "state", "gatehouse")
}

function stateHomeOf({ XDG_STATE_HOME }: Readonly<Record<string, string | undefined>>): string | undefined {
  return XDG_STATE_HOME?.startsWith("/") ? join(XDG_STATE_HOME, "gatehouse") : undefined
}

/** The root of the clone: the nearest folder above with a `.git` and our own package.json. */
function findClone(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git")) && packageName(folder) === "gatehouse") return folder
    if (folder === dirname(folder)) return undefined
  }
}

function packageName(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown }).name
  } catch {
    return undefined
  }
}
