import { usageError } from "../command/parse-command-line.ts"

/** `--port N`: the gateway's; the plane's other ports follow it. */
export const portArgument = {
  port: {
    type: "string",
    description: "Port of the gateway; the four above it are used too (8080)",
    valueHint: "N",
  },
} as const

/** The port as a number; whether it fits is the server's to say. Throws `cli.usage`. */
export function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text)) throw usageError("--port takes a whole number.")
  return Number(text)
}
