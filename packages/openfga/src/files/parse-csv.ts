import { fileError } from "./file-errors.ts"

/** One row of a CSV file. */
export interface CsvRow {
  /** The line that it begins in, counted from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** A cell and where it ends. */
interface Cell {
  readonly text: string
  readonly end: number
}

/** What stands between a cell and the next one: it ends the row, but for a comma. */
const separatorForm = /,|\r\n|\n|\r|$/y

/** The rows of a file of comma-separated values (RFC 4180). Empty lines are passed over. Throws `openfga.file_invalid`. */
export function* parseCsv(file: string, content: string): IterableIterator<CsvRow> {
  let line = 1
  let start = line
  let cells: string[] = []
  for (let at = 0; at < content.length || cells.length > 0; ) {
    const isQuoted = content[at] === '"'
    const cell = isQuoted ? quotedCell(content, at) : plainCell(content, at)
    separatorForm.lastIndex = cell?.end ?? content.length
    const separator = separatorForm.exec(content)?.[0]
    if (cell === undefined || separator === undefined)
      throw fileError("openfga.file_invalid", [
        { file, line, reason: "a quote stands where it may not, or does not end" },
      ])
    cells.push(cell.text)
    const next = cell.end + separator.length
    if (isQuoted || separator !== ",") line += content.slice(at, next).split("\n").length - 1
    at = next
    if (separator === ",") continue
    if (cells.length > 1 || cells[0] !== "" || isQuoted) yield { line: start, cells }
    cells = []
    start = line
  }
}

/** A cell in quotes, in which doubled ones stand for themselves; undefined where it does not end. */
function quotedCell(content: string, at: number): Cell | undefined {
  for (let end = content.indexOf('"', at + 1); end >= 0; end = content.indexOf('"', end + 2))
    if (content[end + 1] !== '"')
      return { text: content.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 }
  return undefined
}

const plainForm = /[^",\r\n]*/y

function plainCell(content: string, at: number): Cell {
  plainForm.lastIndex = at
  const text = plainForm.exec(content)?.[0] ?? ""
  return { text, end: at + text.length }
}
