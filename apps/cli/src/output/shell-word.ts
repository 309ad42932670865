import { oneLine } from "../terminal.ts"

/** A word for a command to copy. Our ids need no quotes; anything else gets them, so that the command does what it says. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:%@=+-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", "'\\''")}'`
}
