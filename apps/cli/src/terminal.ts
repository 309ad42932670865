import { text as readAll } from "node:stream/consumers"
import { styleText } from "node:util"

/** What a command needs of the terminal that it was started from. */
export interface Terminal {
  /** Writes a line of the result to standard output. */
  out(line: string): void
  /** Writes bytes to standard output as they are. */
  outBytes(bytes: Uint8Array): void
  /** Writes a line to standard error: progress and errors. */
  note(line: string): void
  /** Puts a text in the place of the line that the cursor is in, on standard error. Where a person sits, and nowhere else. */
  replaceLine(line: string): void
  /** Whether a person sits there: standard input and error are terminals. */
  readonly interactive: boolean
  /** Columns of standard output; undefined where it is no terminal. */
  readonly columns: number | undefined
  /** Styles text for standard output; leaves it alone without a terminal, or with NO_COLOR. */
  style(format: Parameters<typeof styleText>[0], text: string): string
  /** All of standard input. */
  readInput(): Promise<string>
  readInputBytes(): AsyncIterable<Uint8Array>
}

/** The process's own terminal. A reader that has had enough (`| head`) ends the process, quietly. */
export function processTerminal(): Terminal {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
    process.exit()
  })
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    outBytes: (bytes) => void process.stdout.write(bytes),
    note: (line) => void process.stderr.write(`${line}\n`),
    replaceLine: (line) =>
      void process.stderr.write(`\r\u001B[2K${line.slice(0, process.stderr.columns || undefined)}`),
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    readInput: () => readAll(process.stdin),
    readInputBytes: () => process.stdin,
  }
}

/** Text from a server or a file, made safe for one line of a terminal: no control, format or line-breaking character. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\uFFFD")
}
