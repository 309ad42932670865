import { errorRegistry } from "@gatehouse/kernel"
import { type DestinationStream, type Logger as PinoLogger, pino } from "pino"
import { currentRequestContext } from "./request-context.ts"

/** Where a part writes what happens. Every line carries the ids of the request under way. */
export type Logger = PinoLogger

/** Members that no log line shows, at any of the depths that our lines have (INVARIANT 5). */
const redacted = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "clientSecret",
  "client_secret",
  "token",
  "access_token",
  "refresh_token",
  "id_token",
  "code",
  "code_verifier",
].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])

/**
 * Node's codes and PostgreSQL's SQLSTATE. No secret has their form: an authorization code cannot be guessed (RFC 6749,
 * section 10.10), which five characters or a word in capitals could be.
 */
const foreignErrorCode = /^(E[A-Z]{2,15}|ERR_[A-Z0-9_]{1,60}|[0-9A-Z]{5})$/

/** `code` is an authorization code's member and an error's: what an error says of itself stays readable. */
function censor(value: unknown, path: readonly string[]): unknown {
  const isErrorCode =
    path.at(-1) === "code" &&
    typeof value === "string" &&
    (Object.hasOwn(errorRegistry, value) || foreignErrorCode.test(value))
  return isErrorCode ? value : "[secret]"
}

/** Where a part's log lines go, and from which level. */
export interface LoggerOptions {
  readonly name: string
  readonly level?: "debug" | "info" | "warn" | "error" | "silent"
  readonly destination?: DestinationStream
  /** Appends to this file, readable by its owner alone, instead. */
  readonly file?: string
}

/** A logger of JSON lines on standard error, at `destination` or in `file`. Written at once: a crash loses no line. */
export function createLogger({ name, level = "info", destination, file }: LoggerOptions): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: redacted, censor },
      mixin: () => ({ ...currentRequestContext() }),
    },
    destination ?? pino.destination({ dest: file ?? 2, mode: 0o600, sync: true }),
  )
}
