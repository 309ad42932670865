import { spawn } from "node:child_process"

/** Why something could not be installed, in one line that says what to do. */
export class InstallProblem extends Error {}

/** What a command that ran to its end gave. */
export interface CommandOutcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. `undefined` where there is no such program. */
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
    child.stdout.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve(undefined) : reject(error),
    )
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

/** The last line that says something, shortened: what a failed command gave as its reason. */
export function lastLine(text: string): string {
  const longest = 300
  return (text.trim().split("\n").at(-1) ?? "").trim().slice(0, longest)
}
