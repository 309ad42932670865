import { fileError } from "./file-errors.ts"

/** One row of a CSV file. */
export interface CsvRow {
  /** The line that it begins in, counted from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** A cell in quotes (doubled ones stand for themselves) or without, and what ends it. */
const cellForm = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y

/** The rows of a file of comma-separated values (RFC 4180). Empty lines are passed over. Throws `openfga.file_invalid`. */
export function* parseCsv(file: string, content: string): IterableIterator<CsvRow> {
  let line = 1
  let start = line
  let cells: string[] = []
  for (cellForm.lastIndex = 0; cellForm.lastIndex < content.length || cells.length > 0; ) {
    const match = cellForm.exec(content)
    if (match === null)
      throw fileError("openfga.file_invalid", [
        { file, line, reason: "a quote stands where it may not, or does not end" },
      ])
    const [all, quoted, plain = "", end] = match
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    for (let at = all.indexOf("\n"); at >= 0; at = all.indexOf("\n", at + 1)) line++
    if (end === ",") continue
    if (cells.length > 1 || cells[0] !== "" || quoted !== undefined) yield { line: start, cells }
    cells = []
    start = line
  }
}
