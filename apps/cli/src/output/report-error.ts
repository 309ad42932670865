import { ApiProblem, GatehouseError, isGatehouseError } from "@gatehouse/sdk/client"
import type { CliEnvironment } from "../environment.ts"
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.ts"
import { oneLine, type Terminal } from "../terminal.ts"

/** An error as a command shows it: ours, or one that a server answered. */
export interface ShownError {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly action: string
  readonly requestId?: string | undefined
  readonly decisionId?: string | undefined
  readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined
}

/** A command line that is wrong, whether we say so or the server that it starts. */
const usageCodes: ReadonlySet<string> = new Set(["cli.usage", "server.invalid_option"])

/** Turns anything that was thrown into what is shown of it. */
export function toShownError(error: unknown): ShownError {
  if (error instanceof ApiProblem) {
    const { code, status, detail, action, request_id, decision_id, errors } = error.problem
    return { code, status, message: detail, action, requestId: request_id, decisionId: decision_id, errors }
  }
  const known = isGatehouseError(error) ? error : new GatehouseError("cli.unexpected")
  const { code, status, publicMessage, action, details } = known
  const { errors } = details as Pick<ShownError, "errors">
  return { code, status, message: publicMessage, action, errors }
}

/**
 * Writes an error to standard error and gives the exit code. For people: one line with message, action, code and the ids to
 * ask about, then each member at fault. For programs (`--json`): one JSON line.
 */
export function reportError(
  error: unknown,
  options: { readonly terminal: Terminal; readonly environment: CliEnvironment; readonly json: boolean },
): ExitCode {
  const { terminal, environment, json } = options
  const shown = toShownError(error)
  if (json) terminal.note(JSON.stringify({ error: shown }))
  else {
    const ids = [
      shown.code,
      ...(shown.decisionId ? [`decision ${shown.decisionId}`] : []),
      ...(shown.requestId ? [`request ${shown.requestId}`] : []),
    ]
    terminal.note(oneLine(`gatehouse: ${shown.message} ${shown.action} (${ids.join(", ")})`))
    for (const { path, message } of shown.errors ?? []) terminal.note(oneLine(`  ${path}: ${message}`))
  }
  if (environment.debug) for (const line of causes(error)) terminal.note(line)
  return usageCodes.has(shown.code) ? exitCodes.usage : exitCodeOf(shown.status)
}

/** The stacks of an error and of what caused it. Their messages are ours, Node's and the libraries': no token is in them. */
function causes(error: unknown): string[] {
  const lines: string[] = []
  for (let current = error; current instanceof Error; current = current.cause) lines.push(current.stack ?? "")
  return lines
}
