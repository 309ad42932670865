import { markdownTable, wholeNumber } from "../report/table.ts"
import type { Measured } from "./measure.ts"

/** What was asked, for the table. */
export interface Row extends Measured {
  readonly name: string
}

/** The questions that the bounds speak of. */
export interface Rows {
  /** At each size, the smallest first. */
  readonly uniform: readonly Row[]
  readonly hot: Row
  /** The questions of the smallest size again, with all other organizations beside them. */
  readonly besides: Row
}

/** Every measurement, and then each bound of the issue with the figure that answers it. */
export function describeChecks({ uniform, hot, besides }: Rows): string {
  const all = markdownTable(
    ["", "checks/s", "undisturbed", "p50 µs", "p99 µs", "visited"],
    [...uniform, hot, besides].map((row) => [
      row.name,
      wholeNumber(row.perSecond),
      wholeNumber(row.undisturbed),
      row.p50.toFixed(1),
      row.p99.toFixed(1),
      row.visited.toFixed(2),
    ]),
  )
  const [small] = uniform
  const large = uniform.at(-1)
  if (small === undefined || large === undefined) return all
  const slower = (row: Row): string => `${(small.perSecond / row.perSecond).toFixed(2)} times`
  const rate = (row: Row): string => `${wholeNumber(row.perSecond)}/s, p99 ${row.p99.toFixed(1)} µs`
  const nodes = (row: Row): string => `${row.visited.toFixed(2)} against ${small.visited.toFixed(2)}`
  const bounds = markdownTable(
    ["figure", "measured", "at least", "aim"],
    [
      [large.name, rate(large), "250,000/s; p99 ≤ 20 µs", "500,000/s"],
      [hot.name, rate(hot), "400,000/s", "1,000,000/s"],
      [`visited nodes, ${large.name} against ${small.name}`, nodes(large), "equal", ""],
      [`time per check, ${large.name} against ${small.name}`, slower(large), "at most 6 times", "3 times"],
      [`${besides.name}: visited nodes`, nodes(besides), "zero more", ""],
      [`${besides.name}: time`, slower(besides), "at most 1.5 times", ""],
    ],
  )
  return `${all}\n\n${bounds}`
}
