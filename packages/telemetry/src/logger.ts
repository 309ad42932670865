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
      redact: { paths: redacted, censor: "[secret]" },
      mixin: () => ({ ...currentRequestContext() }),
    },
    destination ?? pino.destination({ dest: file ?? 2, mode: 0o600, sync: true }),
  )
}
