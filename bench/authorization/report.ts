import type { Machine } from "../report/machine.ts"
import { markdownTable, median, wholeNumber } from "../report/table.ts"
import { loads } from "./figures.ts"
import type { Measurement } from "./measure.ts"
import type { BenchOptions } from "./options.ts"
import type { Server } from "./server.ts"

/** Everything measured: by load's name, for each server one measurement a round. */
export type Measured = ReadonlyMap<string, Readonly<Record<Server["name"], readonly Measurement[]>>>

/** What a row of the results says of one server. */
interface Reading {
  readonly median: number
  readonly rounds: readonly number[]
}

/** One row of the results; ratios say how many times better Gatehouse is. */
export interface ResultRow {
  readonly figure: string
  readonly unit: string
  readonly gatehouse: Reading
  readonly openfga: Reading
  readonly openfgaCached: Reading
  readonly ratio: number
  readonly ratioCached: number
  readonly bound: number | null
  readonly aim: number | null
}

/** Medians over the rounds, a row for each figure, and after a load's figures one for the processor time of a request. */
export function resultRows(measured: Measured): ResultRow[] {
  return loads.flatMap((load) => {
    const of = measured.get(load.name)
    if (of === undefined) return []
    const row = (
      figure: string,
      unit: string,
      better: "more" | "less",
      read: (one: Measurement) => number,
      goal: { readonly bound?: number; readonly aim?: number } = {},
    ): ResultRow => {
      const reading = (name: Server["name"]): Reading => {
        const rounds = of[name].map(read)
        return { median: median(rounds), rounds }
      }
      const gatehouse = reading("gatehouse")
      const openfga = reading("openfga")
      const openfgaCached = reading("openfgaCached")
      const ratio = (other: Reading): number =>
        better === "more" ? gatehouse.median / other.median : other.median / gatehouse.median
      const { bound = null, aim = null } = goal
      const ratios = { ratio: ratio(openfga), ratioCached: ratio(openfgaCached) }
      return { figure, unit, gatehouse, openfga, openfgaCached, ...ratios, bound, aim }
    }
    return [
      ...load.figures.map((figure) =>
        row(
          figure.name,
          figure.unit,
          figure.better,
          ({ values }) => values.get(figure) ?? Number.NaN,
          figure,
        ),
      ),
      row(
        `${load.name}: processor time of a request, database included`,
        "µs",
        "less",
        (one) => one.processorMicroseconds,
      ),
    ]
  })
}

/** The table for people. */
export function resultTable(rows: readonly ResultRow[]): string {
  return markdownTable(
    ["figure", "Gatehouse", "OpenFGA", "ratio", "OpenFGA, caches on", "ratio", "bound", "aim"],
    rows.map((row) => [
      `${row.figure} (${row.unit})`,
      wholeNumber(row.gatehouse.median),
      wholeNumber(row.openfga.median),
      times(row.ratio),
      wholeNumber(row.openfgaCached.median),
      times(row.ratioCached),
      row.bound === null ? "" : times(row.bound),
      row.aim === null ? "" : times(row.aim),
    ]),
  )
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 && !Number.isInteger(ratio) ? 1 : 0)} ×`
}

/** Where, when and how it was measured, in a sentence. */
export function describeRun(machine: Machine, options: BenchOptions, postgres: string): string {
  const { rounds, seconds, tuples } = options
  return (
    `${wholeNumber(tuples)} tuples; medians of ${rounds} rounds of ${seconds} s, the servers taking turns. ${machine.cores} cores ` +
    `(${machine.processor}) shared by server, PostgreSQL ${postgres} and wrk; Node ${machine.node}; ${machine.measuredAt.slice(0, 10)}.`
  )
}
