import {
  type CheckQuery,
  compileModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
} from "@gatehouse/rebac"
import { benchModel, createRandom, makeOrganization, type Organization } from "./population.ts"
import { makeHotQuestions, makeQuestions } from "./questions.ts"

/** Tuples of one organization, nearly; sizes are reached by adding organizations. */
const SIZES = [10_000, 100_000, 1_000_000].filter((size) => size <= Number(process.argv[2] ?? 1_000_000))
const QUESTIONS = 20_000
const ROUNDS = 11

interface Row {
  readonly name: string
  readonly perSecond: number
  /** From each batch's shortest time over all rounds: what a machine with nothing else to do would come to. */
  readonly undisturbed: number
  readonly p50: number
  readonly p99: number
  readonly visited: number
}

/** Questions that arrive together: parsed just before, as a request is, so that its own text is not what is waited for. */
const BATCH = 100

function measure(name: string, evaluator: Evaluator, questions: readonly CheckQuery[]): Row {
  const batches = Array.from({ length: Math.ceil(questions.length / BATCH) }, (_, index) =>
    JSON.stringify(questions.slice(index * BATCH, (index + 1) * BATCH)),
  )
  const rates: number[] = []
  const best = batches.map(() => Number.POSITIVE_INFINITY)
  const times: number[] = []
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
  for (const batch of batches)
    for (const question of JSON.parse(batch) as CheckQuery[]) {
      const start = process.hrtime.bigint()
      evaluator.check(question)
      times.push(Number(process.hrtime.bigint() - start) / 1_000)
    }
  times.sort((a, b) => a - b)
  return {
    name,
    perSecond: median(rates),
    undisturbed: (questions.length / best.reduce((sum, one) => sum + one, 0)) * 1_000,
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    visited: visited / questions.length,
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function memoryMegabytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}

function print(rows: readonly Row[]): void {
  const columns = ["", "checks/s", "undisturbed", "p50 µs", "p99 µs", "visited"]
  const lines = rows.map((row) => [
    row.name,
    Math.round(row.perSecond).toLocaleString("en"),
    Math.round(row.undisturbed).toLocaleString("en"),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.visited.toFixed(2),
  ])
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...lines.map((line) => line[index]?.length ?? 0)),
  )
  for (const line of [columns, ...lines])
    console.log(
      line
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join("  "),
    )
}

const model = compileModel(benchModel)
const store = createTupleStore()
const random = createRandom(7)
const organizations: Organization[] = []
const rows: Row[] = []
let firstQuestions: readonly CheckQuery[] | undefined
const before = memoryMegabytes()
for (const size of SIZES) {
  const start = performance.now()
  const loadedBefore = store.size
  while (store.size < size) {
    const { organization, tuples } = makeOrganization(`organization-${organizations.length}`, random)
    organizations.push(organization)
    store.write({ writes: tuples })
  }
  const seconds = (performance.now() - start) / 1_000
  console.log(
    `${store.size.toLocaleString("en")} tuples: ${Math.round((store.size - loadedBefore) / seconds).toLocaleString("en")} made and written a second`,
  )
  const evaluator = createEvaluator(model, store)
  const questions = makeQuestions(evaluator, organizations, QUESTIONS, random)
  firstQuestions ??= questions
  rows.push(measure(`${size.toLocaleString("en")} tuples, uniform`, evaluator, questions))
  if (size === SIZES.at(-1)) {
    rows.push(measure(`the first questions, all other organizations beside them`, evaluator, firstQuestions))
    const hot = makeHotQuestions(evaluator, organizations, QUESTIONS, random)
    rows.push(measure(`${size.toLocaleString("en")} tuples, 90 % on 1 % of the objects`, evaluator, hot))
  }
}
print(rows)
const bytes = ((memoryMegabytes() - before) * 1e6) / store.size
console.log(
  globalThis.gc === undefined
    ? "run with --expose-gc for the memory of a tuple"
    : `${bytes.toFixed(0)} bytes a tuple, the bench's own names of objects included`,
)
