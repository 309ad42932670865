import { oneLine, type Terminal } from "../terminal.ts"

/** Two spaces between columns. */
const gap = "  "

/**
 * Lines of a table for people: heads in bold, columns as wide as their widest cell, the last one as long as it is. Cells are
 * shown on one line, whatever they hold.
 */
export function formatTable(
  terminal: Pick<Terminal, "style">,
  heads: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string[] {
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell ?? "–"))))
  const widths = heads.map((head, column) =>
    Math.max(widthOf(head), ...cells.map((row) => widthOf(row[column] ?? ""))),
  )
  const line = (row: readonly string[], paint: (text: string) => string) =>
    row
      .map(
        (cell, column) =>
          paint(cell) + padding(cell, column === heads.length - 1 ? 0 : (widths[column] ?? 0)),
      )
      .join(gap)
      .trimEnd()
  return [
    line(heads, (text) => terminal.style("bold", text)),
    ...cells.map((row) => line(row, (text) => text)),
  ]
}

function padding(cell: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(cell)))
}

/** Code points; East Asian wide characters are rare in what we list. */
function widthOf(text: string): number {
  return [...text].length
}
