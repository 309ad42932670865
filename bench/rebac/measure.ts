import type { CheckQuery, Evaluator } from "@gatehouse/rebac"
import { median } from "../report/table.ts"

/** What one set of questions came to. Times are in microseconds. */
export interface Measured {
  readonly perSecond: number
  /** From each batch's shortest time over all rounds: what a machine with nothing else to do would come to. */
  readonly undisturbed: number
  readonly p50: number
  readonly p99: number
  /** Nodes visited by a check on average. */
  readonly visited: number
}

/** Each some 70 ms: a median that a second of somebody else's work on the host does not move. */
const ROUNDS = 41
/** Questions that arrive together: parsed just before, as a request is, so that its own text is not what is waited for. */
const BATCH = 100

/** Asks the questions in rounds, and once more one by one. The first round warms the evaluator up and is not counted. */
export function measureChecks(evaluator: Evaluator, questions: readonly CheckQuery[]): Measured {
  const batches = Array.from({ length: Math.ceil(questions.length / BATCH) }, (_, index) =>
    JSON.stringify(questions.slice(index * BATCH, (index + 1) * BATCH)),
  )
  const rates: number[] = []
  const best = batches.map(() => Number.POSITIVE_INFINITY)
  let visited = 0
  for (let round = 0; round <= ROUNDS; round++) {
    let milliseconds = 0
    visited = 0
    for (const [index, batch] of batches.entries()) {
      const arrived: CheckQuery[] = JSON.parse(batch)
      const start = performance.now()
      for (const question of arrived) visited += evaluator.check(question).visited
      const spent = performance.now() - start
      milliseconds += spent
      if (round > 0) best[index] = Math.min(best[index] ?? spent, spent)
    }
    if (round > 0) rates.push((questions.length / milliseconds) * 1_000)
  }
  const times = timeOneByOne(evaluator, batches)
  return {
    perSecond: median(rates),
    undisturbed: (questions.length / best.reduce((sum, one) => sum + one, 0)) * 1_000,
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    visited: visited / questions.length,
  }
}

/** The time of each check, the shortest first. */
function timeOneByOne(evaluator: Evaluator, batches: readonly string[]): number[] {
  const times: number[] = []
  for (const batch of batches)
    for (const question of JSON.parse(batch) as CheckQuery[]) {
      const start = process.hrtime.bigint()
      evaluator.check(question)
      times.push(Number(process.hrtime.bigint() - start) / 1_000)
    }
  return times.sort((a, b) => a - b)
}
