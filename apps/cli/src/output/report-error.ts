import { ApiProblem, GatehouseError, isGatehouseError } from "@gatehouse/sdk/client"
import type { CliEnvironment } from "../environment.ts"
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.ts"
import { oneLine, type Terminal } from "../terminal.ts"
import { shellWord } from "./shell-word.ts"

/** An error as a command shows it: ours, or one that a server answered. */
export interface ShownError {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly action: string
  readonly requestId?: string | undefined
  readonly decisionId?: string | undefined
  /** What a denial was about. */
  readonly permission?: string | undefined
  readonly object?: string | undefined
  readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined
}

/** A command line that is wrong, whether we say so or the server that it starts. */
const usageCodes: ReadonlySet<string> = new Set(["cli.usage", "server.invalid_option"])

/** Turns anything that was thrown into what is shown of it. */
export function toShownError(error: unknown): ShownError {
  if (error instanceof ApiProblem) {
    const { code, status, detail, action, request_id, decision_id, permission, object, errors } =
      error.problem
    return {
      code,
      status,
      message: detail,
      action: permission && object ? explainAction(permission, object) : action,
      requestId: request_id,
      decisionId: decision_id,
      permission,
      object,
      errors,
    }
  }
  const known = isGatehouseError(error) ? error : new GatehouseError("cli.unexpected")
  const { code, status, publicMessage, action, details } = known
  const { errors } = details as Pick<ShownError, "errors">
  return { code, status, message: publicMessage, action, errors }
}

/** The command that says why; `explain` answers about organizations and projects, whose roles the rest inherits. */
function explainAction(permission: string, object: string): string {
  return /^(organization|project):/.test(object)
    ? `To learn why, run: npx gatehouse explain ${shellWord(permission)} ${shellWord(object)}`
    : "An administrator of its project can give you a role that allows it."
}

/**
 * Writes an error to standard error and gives the exit code. For people: one line with message, members at fault, action,
 * what was denied, code and the ids to ask about. For programs (`--json`): one JSON line.
 */
export function reportError(
  error: unknown,
  options: { readonly terminal: Terminal; readonly environment: CliEnvironment; readonly json: boolean },
): ExitCode {
  const { terminal, environment, json } = options
  const shown = toShownError(error)
  if (json) terminal.note(JSON.stringify({ error: shown }))
  else {
    const faults = (shown.errors ?? []).map(({ path, message }) => `${path}: ${message}`).join("; ")
    const ids = [
      ...(shown.permission && shown.object ? [`${shown.permission} on ${shown.object}`] : []),
      shown.code,
      ...(shown.decisionId ? [`decision ${shown.decisionId}`] : []),
      ...(shown.requestId ? [`request ${shown.requestId}`] : []),
    ]
    const said = [shown.message, ...(faults === "" ? [] : [`(${faults})`]), shown.action]
    terminal.note(oneLine(`gatehouse: ${said.join(" ")} (${ids.join(", ")})`))
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
