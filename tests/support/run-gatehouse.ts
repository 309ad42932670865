import { spawn } from "node:child_process"
import { cleanEnvironment, gatehouseCommand } from "./plane-process.ts"

/** What one run of the command line gave. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs the command line as a user does, without a terminal. `home` keeps its logins apart from everybody else's. */
export function runGatehouse(
  home: string,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [gatehouseCommand, ...parameters], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...cleanEnvironment(), HOME: home, XDG_STATE_HOME: home, ...options.environment },
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => {
      stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(options.input ?? "")
  })
}
