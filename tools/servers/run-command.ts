import { spawn } from "node:child_process"

/** Why something could not be installed, in one line that says what to do. */
export class InstallProblem extends Error {}

/** Somebody ended the installation. What it made is removed on the way out. */
export class Interruption extends Error {
  /** What a shell shows for a program that Ctrl-C ended. */
  readonly exitCode = 130
}

/** What a command that ran to its end gave. */
export interface CommandOutcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. `undefined` where there is no such program. Ctrl-C and SIGTERM end it and throw an `Interruption`. */
export function runCommand(
  file: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    })
    let stdout = ""
    let stderr = ""
    let interruption: Interruption | undefined
    const interrupt = (signal: NodeJS.Signals) => {
      interruption = new Interruption(`${file} was interrupted`)
      child.kill(signal)
    }
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt)
    child.stdout.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve(undefined) : reject(error),
    )
    child.once("close", (code) => {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt)
      if (interruption === undefined) resolve({ code: code ?? 1, stdout, stderr })
      else reject(interruption)
    })
  })
}

/** The last line that says something, shortened: what a failed command gave as its reason. */
export function lastLine(text: string): string {
  const longest = 300
  return (text.trim().split("\n").at(-1) ?? "").trim().slice(0, longest)
}
