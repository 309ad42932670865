import { parseArgs } from "node:util"
import { type CheckQuery, compileModel, createEvaluator, createTupleStore } from "@gatehouse/rebac"
import { describeMachine } from "../report/machine.ts"
import { wholeNumber } from "../report/table.ts"
import { writeBetweenMarkers } from "../report/write-between-markers.ts"
import { measureChecks } from "./measure.ts"
import { benchModel, createRandom, makeOrganization, type Organization } from "./population.ts"
import { makeHotQuestions, makeQuestions } from "./questions.ts"
import { describeChecks, type Row } from "./report.ts"

/**
 * `npm run bench:rebac`: checks in process at 10,000, 100,000 and 1,000,000 tuples, on one core. Prints a table; with `--write` it goes
 * into README.md. `--tuples N` stops at that size.
 */
const { values: options } = parseArgs({
  options: { tuples: { type: "string", default: "1000000" }, write: { type: "boolean", default: false } },
})
/** Tuples of a store, nearly: sizes are reached by adding whole organizations. */
const sizes = [10_000, 100_000, 1_000_000].filter((size) => size <= Number(options.tuples))
if (sizes.length === 0) throw new Error("--tuples takes 10000, 100000 or 1000000")
const QUESTIONS = 20_000

function memoryBytes(): number {
  // What the first collection only unlinks, the second frees.
  for (let times = 0; times < 2; times++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const model = compileModel(benchModel)
const store = createTupleStore()
const evaluator = createEvaluator(model, store)
const random = createRandom(7)
const organizations: Organization[] = []

let bytes = 0

function grow(size: number): void {
  const before = memoryBytes()
  while (store.size < size) {
    const { organization, tuples } = makeOrganization(`organization-${organizations.length}`, random)
    organizations.push(organization)
    store.write({ writes: tuples })
  }
  bytes += memoryBytes() - before
}

function measure(name: string, questions: readonly CheckQuery[]): Row {
  process.stderr.write(`${name} …\n`)
  return { name, ...measureChecks(evaluator, questions) }
}

const uniform: Row[] = []
let firstQuestions: readonly CheckQuery[] = []
for (const size of sizes) {
  grow(size)
  const questions = makeQuestions(evaluator, organizations, QUESTIONS, random)
  if (uniform.length === 0) firstQuestions = questions
  uniform.push(measure(`${wholeNumber(size)} tuples, uniform`, questions))
}
const largest = wholeNumber(sizes.at(-1) ?? 0)
const besides = measure(`the first questions again, ${largest} tuples`, firstQuestions)
const hot = measure(
  `${largest} tuples, 90 % on 1 % of the objects`,
  makeHotQuestions(evaluator, organizations, QUESTIONS, random),
)
const { processor, cores, node, measuredAt } = describeMachine()
const text = [
  `One of ${cores} cores (${processor}); Node ${node}; ${measuredAt.slice(0, 10)}.`,
  describeChecks({ uniform, hot, besides }),
  `${(bytes / store.size).toFixed(0)} bytes a tuple, heap and array buffers after a collection, the bench's own names of objects included.`,
].join("\n\n")
process.stdout.write(`${text}\n`)
if (options.write) writeBetweenMarkers(new URL("README.md", import.meta.url), text)
