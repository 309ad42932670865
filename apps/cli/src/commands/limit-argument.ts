import { usageError } from "../command/parse-command-line.ts"

/** `--limit N`: how many items a list shows at most; all of them where it is left out. */
export const limitArgument = {
  limit: { type: "string", description: "Show at most this many", valueHint: "N" },
} as const

/** The limit as a number. Throws `cli.usage`. */
export function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text)) throw usageError("--limit takes a whole number from 1 on.")
  return Number(text)
}
