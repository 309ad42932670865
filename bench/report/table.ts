/** A table in Markdown; the first column to the left, numbers to the right. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"))
  return [line(columns), line(rule), ...rows.map(line)].join("\n")
}

/** The middle one of some measurements; of two middle ones the greater. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** A whole number as people read it: `1,234,567`. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString("en")
}
