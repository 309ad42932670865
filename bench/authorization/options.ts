import { parseArgs } from "node:util"

/** How long and how often is measured; the defaults take about ten minutes. */
export interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number
  /** Every figure is the median of so many measurements, the servers taking turns. */
  readonly rounds: number
  readonly tuples: number
  /** Print only; README.md and results.json stay as they are. */
  readonly print: boolean
}

/** Tuples of the stores that are asked: the size at which the issue measured OpenFGA. */
const DEFAULT_TUPLES = 102_400

/** Reads the command line. Throws for an option that it does not know, and for a value that is no number above zero. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "4" },
      rounds: { type: "string", default: "5" },
      tuples: { type: "string", default: String(DEFAULT_TUPLES) },
      print: { type: "boolean", default: false },
    },
  })
  const number = (name: "seconds" | "rounds" | "tuples"): number => {
    const value = Number(values[name])
    if (!(Number.isInteger(value) && value > 0)) throw new Error(`--${name} takes a whole number above zero`)
    return value
  }
  return {
    seconds: number("seconds"),
    rounds: number("rounds"),
    tuples: number("tuples"),
    print: values.print,
  }
}
