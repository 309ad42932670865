import { spawn } from "node:child_process"
import { GatehouseError } from "@gatehouse/kernel"
import type { OsUser } from "./os-user.ts"

/**
 * What a PostgreSQL program sees of our environment: nothing of it. Messages come in English, so that they can be told
 * apart.
 */
export const programEnvironment = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }

/** How a program of PostgreSQL ended; without exit code where a signal ended it. */
export interface ProgramOutcome {
  readonly exitCode: number | null
  /** Standard output and error, at most the last 8 KiB. */
  readonly output: string
}

/**
 * Runs a program to its end, as `user` where one is given. Throws `postgres.cannot_change_user` where the system forbids
 * that, as in a container without the right to change user.
 */
export function runProgram(
  program: string,
  parameters: readonly string[],
  options: { readonly folder: string; readonly user: OsUser | undefined },
): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    const child = startingAs(options.user, () =>
      spawn(program, parameters, {
        cwd: options.folder,
        env: programEnvironment,
        stdio: ["ignore", "pipe", "pipe"],
        ...options.user,
      }),
    )
    let output = ""
    const keep = (chunk: Buffer) => {
      output = `${output}${chunk.toString("utf8")}`.slice(-8_192)
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    child.once("error", (error) => reject(spawnFailure(error, options.user)))
    child.once("close", (exitCode) => resolve({ exitCode, output }))
  })
}

/** Runs `spawn`, which throws some failures at once, a forbidden change of user among them, and reports others as an event. */
export function startingAs<Child>(user: OsUser | undefined, start: () => Child): Child {
  try {
    return start()
  } catch (error) {
    throw spawnFailure(error as Error, user)
  }
}

/** Names why a program could not even be started. */
export function spawnFailure(error: Error, user: OsUser | undefined): GatehouseError {
  const { code } = error as NodeJS.ErrnoException
  const mayNotChange = user !== undefined && (code === "EPERM" || code === "EINVAL")
  return new GatehouseError(mayNotChange ? "postgres.cannot_change_user" : "postgres.cluster_failed", {
    details: { reason: code },
    cause: error,
  })
}
