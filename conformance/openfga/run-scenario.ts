import type { RelationshipTuple } from "@gatehouse/rebac"
import type { Assertion, Expectation, Scenario } from "./scenario.ts"
import type { Outcome, Subject, SubjectStore } from "./subject.ts"

/** Tuples that OpenFGA's runner writes at a time. */
const WRITE_CHUNK = 40
/** A scenario with more tuples is not run a second time with contextual ones: OpenFGA takes 100 with a question. */
const CONTEXTUAL_LIMIT = 100

/** One assertion that did not hold. */
export interface Failure {
  readonly stage: number
  readonly assertion: Assertion
  readonly form: string
  readonly got: string
}

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

/** Runs one scenario against a subject, in a store of its own, and returns what did not hold. */
export async function runScenario(subject: Subject, scenario: Scenario, mode: TupleMode): Promise<Failure[]> {
  const store = await subject.createStore(scenario.name)
  const failures: Failure[] = []
  try {
    for (const [number, stage] of scenario.stages.entries()) {
      if (stage.model !== undefined) await store.writeModel(stage.model)
      const shuffled = shuffle(stage.tuples)
      if (mode === "stored")
        for (let from = 0; from < shuffled.length; from += WRITE_CHUNK)
          await store.writeTuples(shuffled.slice(from, from + WRITE_CHUNK))
      for (const assertion of stage.assertions) {
        const asked = mode === "stored" ? assertion : withTuples(assertion, stage.tuples)
        for (const problem of await assess(store, asked))
          failures.push({ stage: number, assertion: asked, ...problem })
      }
    }
  } finally {
    await store.close()
  }
  return failures
}

function withTuples(assertion: Assertion, tuples: readonly RelationshipTuple[]): Assertion {
  return { ...assertion, contextualTuples: [...assertion.contextualTuples, ...tuples] }
}

interface Problem {
  readonly form: string
  readonly got: string
}

async function assess(store: SubjectStore, assertion: Assertion): Promise<Problem[]> {
  switch (assertion.kind) {
    case "check": {
      const outcome = await store.check(assertion)
      return holds(assertion.expected, outcome, (a, b) => a === b)
        ? []
        : [{ form: "check", got: JSON.stringify(outcome) }]
    }
    case "list_objects": {
      const plain = await store.listObjects(assertion)
      const problems = compareLists("list objects", assertion.expected, plain)
      if (store.streamObjects !== undefined)
        problems.push(
          ...compareLists("stream objects", assertion.expected, await store.streamObjects(assertion)),
        )
      return [
        ...problems,
        ...(await recheck(
          store,
          namesOf(plain).map((object) => ({ ...assertion, object })),
        )),
      ]
    }
    case "list_users": {
      const outcome = await store.listUsers(assertion)
      const problems = compareLists("list users", assertion.expected, outcome)
      return [
        ...problems,
        ...(await recheck(
          store,
          namesOf(outcome).map((user) => ({ ...assertion, user })),
        )),
      ]
    }
  }
}

function namesOf(outcome: Outcome<readonly string[]>): readonly string[] {
  return "answer" in outcome ? outcome.answer : []
}

/** Everything that a list gave must also be allowed when it is asked for by itself. */
async function recheck(
  store: SubjectStore,
  questions: readonly Parameters<SubjectStore["check"]>[0][],
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const { user, relation, object, contextualTuples, context } of questions) {
    const outcome = await store.check({ user, relation, object, contextualTuples, context })
    if (!("answer" in outcome) || !outcome.answer)
      problems.push({
        form: `check of ${object}#${relation}@${user}, which was listed`,
        got: JSON.stringify(outcome),
      })
  }
  return problems
}

function compareLists(
  form: string,
  expected: Expectation<readonly string[]>,
  outcome: Outcome<readonly string[]>,
): Problem[] {
  const sorted = (names: readonly string[]): string => JSON.stringify([...names].sort())
  return holds(expected, outcome, (a, b) => sorted(a) === sorted(b))
    ? []
    : [{ form, got: JSON.stringify(outcome) }]
}

function holds<Answer>(
  expected: Expectation<Answer>,
  outcome: Outcome<Answer>,
  same: (a: Answer, b: Answer) => boolean,
): boolean {
  if ("errorCode" in expected) return "errorCode" in outcome && outcome.errorCode === expected.errorCode
  return "answer" in outcome && same(expected.answer, outcome.answer)
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
