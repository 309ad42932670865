import { type ErrorCode, errorRegistry } from "./registry.ts"

/** What an error may carry besides its code. */
export interface GatehouseErrorOptions {
  /** Replaces the registry's sentence where a more exact one is safe to show: never a token, header, query or body value. */
  readonly publicMessage?: string
  /** Facts for the log and, where a wire has room, for the caller: named limits, ids the caller sent, member paths. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * A failure with a stable code. Expected outcomes (a conflict, what `check` answers) are returned values instead.
 * `message` is for logs and equals the public one; nothing secret is ever put into either.
 */
export class GatehouseError extends Error {
  override readonly name = "GatehouseError"
  readonly code: ErrorCode
  readonly publicMessage: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, options: GatehouseErrorOptions = {}) {
    const publicMessage = options.publicMessage ?? errorRegistry[code].message
    super(publicMessage, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.publicMessage = publicMessage
    this.details = Object.freeze({ ...options.details })
  }

  /** The HTTP status of this code on Gatehouse's own API. */
  get status(): number {
    return errorRegistry[this.code].status
  }

  /** What the reader can do about it. */
  get action(): string {
    return errorRegistry[this.code].action
  }
}

/** True for an error of ours, by class and, across copies of the package, never: a foreign error has no code we trust. */
export function isGatehouseError(error: unknown): error is GatehouseError {
  return error instanceof GatehouseError
}
