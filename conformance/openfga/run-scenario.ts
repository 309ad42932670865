import type { RelationshipTuple } from "@gatehouse/rebac"
import { assess } from "./assess.ts"
import type { Assertion, Scenario, Stage } from "./scenario.ts"
import type { Subject, SubjectStore } from "./subject.ts"

/** Tuples that OpenFGA's runner writes at a time. */
const WRITE_CHUNK = 40
/** A scenario with more tuples is not run a second time with contextual ones: OpenFGA takes 100 with a question. */
const CONTEXTUAL_LIMIT = 100

/** One thing that did not hold. */
export interface Failure {
  /** Counted from 0. */
  readonly stage: number
  /** Undefined where the stage itself could not be prepared. */
  readonly assertion: Assertion | undefined
  /** Which of the questions that an assertion stands for. */
  readonly form: string
  readonly got: string
}

/** Whether the file's tuples are stored, or sent with each question instead. */
export type TupleMode = "stored" | "contextual"

/** True where a scenario can be run in the mode: contextually only in one stage, and with tuples that one question may carry. */
export function canRun(scenario: Scenario, mode: TupleMode): boolean {
  if (mode === "stored") return true
  const [stage] = scenario.stages
  return (
    scenario.repeatWithContextualTuples &&
    scenario.stages.length === 1 &&
    stage !== undefined &&
    stage.tuples.length > 0 &&
    stage.tuples.length <= CONTEXTUAL_LIMIT
  )
}

/**
 * Runs one scenario against a subject, in a store of its own, and returns what did not hold. What throws is a failure like
 * others: a model or tuple that is refused ends the scenario, a question that fails only itself.
 */
export async function runScenario(subject: Subject, scenario: Scenario, mode: TupleMode): Promise<Failure[]> {
  const failures: Failure[] = []
  const fail = (stage: number, form: string, error: unknown) =>
    failures.push({ stage, assertion: undefined, form, got: describe(error) })
  let store: SubjectStore
  try {
    store = await subject.createStore(scenario.name)
  } catch (error) {
    fail(0, "make a store", error)
    return failures
  }
  try {
    for (const [number, stage] of scenario.stages.entries()) {
      try {
        await prepare(store, stage, mode)
      } catch (error) {
        fail(number, "prepare the stage", error)
        break
      }
      for (const assertion of stage.assertions)
        for (const problem of await ask(store, assertion, mode === "stored" ? [] : stage.tuples))
          failures.push({ stage: number, assertion, ...problem })
    }
  } finally {
    try {
      await store.close()
    } catch (error) {
      fail(scenario.stages.length - 1, "remove the store", error)
    }
  }
  return failures
}

async function prepare(store: SubjectStore, stage: Stage, mode: TupleMode): Promise<void> {
  if (stage.model !== undefined) await store.writeModel(stage.model)
  const shuffled = shuffle(mode === "stored" ? stage.tuples : [])
  for (let from = 0; from < shuffled.length; from += WRITE_CHUNK)
    await store.writeTuples(shuffled.slice(from, from + WRITE_CHUNK))
}

async function ask(store: SubjectStore, assertion: Assertion, tuples: readonly RelationshipTuple[]) {
  const own = assertion.kind === "batch_check" ? [] : assertion.contextualTuples
  const contextualTuples = [...own, ...tuples]
  try {
    return await assess(store, assertion, contextualTuples)
  } catch (error) {
    return [{ form: "ask", got: describe(error) }]
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // What `fetch` throws says nothing; its cause does.
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ""
  return `${error.name}: ${error.message}${cause}`
}

/** The same shuffle in every run, so that a failure can be repeated: tuples must count whatever order they came in. */
function shuffle<Item>(items: readonly Item[]): Item[] {
  const shuffled = [...items]
  let state = 0x9e3779b9
  for (let index = shuffled.length - 1; index > 0; index--) {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + index) >>> 0
    const other = state % (index + 1)
    const moved = shuffled[index] as Item
    shuffled[index] = shuffled[other] as Item
    shuffled[other] = moved
  }
  return shuffled
}
