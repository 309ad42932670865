import type { RelationshipTuple } from "@gatehouse/rebac"
import { errorName } from "./error-codes.ts"
import type { Assertion, BatchAssertion, Expectation } from "./scenario.ts"
import type { CheckQuestion, Outcome, SubjectStore } from "./subject.ts"

/** One of the questions that an assertion stands for, answered otherwise than it should be. */
export interface Problem {
  readonly form: string
  readonly got: string
}

/**
 * Asks what an assertion says, with these contextual tuples in place of its own; those of a batch's questions are added to
 * theirs. A check is also asked for as a batch where there are batches, a list of objects is also asked for as a stream, and everything that a list gave must be allowed
 * when it is asked for by itself: OpenFGA's own runners do the same.
 */
export async function assess(
  store: SubjectStore,
  assertion: Assertion,
  contextualTuples: readonly RelationshipTuple[],
): Promise<Problem[]> {
  switch (assertion.kind) {
    case "check": {
      const question = { ...assertion, contextualTuples }
      const outcome = await store.check(question)
      const batch = await store.batchCheck?.([{ ...question, id: "1" }])
      return [
        ...compareDecisions("check", assertion.expected, outcome),
        ...(batch === undefined ? [] : compareBatched(assertion.expected, batch, "1")),
      ]
    }
    case "batch_check":
      return assessBatch(store, assertion, contextualTuples)
    case "list_objects": {
      const question = { ...assertion, contextualTuples }
      const plain = await store.listObjects(question)
      const streamed = store.streamObjects && (await store.streamObjects(question))
      return [
        ...compareLists("list objects", assertion.expected, plain),
        ...(streamed === undefined ? [] : compareLists("stream objects", assertion.expected, streamed)),
        ...(await recheck(
          store,
          namesIn(plain).map((object) => ({ ...question, object })),
        )),
      ]
    }
    case "list_users": {
      const question = { ...assertion, contextualTuples }
      const outcome = await store.listUsers(question)
      return [
        ...compareLists("list users", assertion.expected, outcome),
        ...(await recheck(
          store,
          namesIn(outcome).map((user) => ({ ...question, user })),
        )),
      ]
    }
  }
}

async function assessBatch(
  store: SubjectStore,
  { items, expected }: BatchAssertion,
  contextualTuples: readonly RelationshipTuple[],
): Promise<Problem[]> {
  const asked = items.map((item) => ({
    ...item,
    contextualTuples: [...item.contextualTuples, ...contextualTuples],
  }))
  const batch = await store.batchCheck?.(asked)
  if (batch !== undefined && "errorCode" in batch)
    return [{ form: "batch check", got: describeOutcome(batch) }]
  const outcomes = new Map(batch?.answer)
  if (batch === undefined) for (const item of asked) outcomes.set(item.id, await store.check(item))
  return [...expected].flatMap(([id, expectation]) => {
    const outcome = outcomes.get(id)
    if (outcome === undefined) return [{ form: `batch check ${id}`, got: "no answer" }]
    // A question that fails is not allowed, which is all that a file may want to know.
    const isDenial = "answer" in expectation && !expectation.answer && "errorCode" in outcome
    return isDenial ? [] : compareDecisions(`batch check ${id}`, expectation, outcome)
  })
}

/** A question that is not of its form is refused with its whole batch. */
function compareBatched(
  expected: Expectation<boolean>,
  batch: Outcome<ReadonlyMap<string, Outcome<boolean>>>,
  id: string,
): Problem[] {
  const outcome = "answer" in batch ? batch.answer.get(id) : batch
  if (outcome === undefined) return [{ form: "batch check", got: "no answer" }]
  return compareDecisions("batch check", expected, outcome)
}

function namesIn(outcome: Outcome<readonly string[]>): readonly string[] {
  return "answer" in outcome ? outcome.answer : []
}

async function recheck(store: SubjectStore, questions: readonly CheckQuestion[]): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const { user, relation, object, contextualTuples, context } of questions) {
    const outcome = await store.check({ user, relation, object, contextualTuples, context })
    const form = `check of ${object}#${relation}@${user}, which was listed`
    problems.push(...compareDecisions(form, { answer: true }, outcome))
  }
  return problems
}

function compareDecisions(
  form: string,
  expected: Expectation<boolean>,
  outcome: Outcome<boolean>,
): Problem[] {
  return compare(form, expected, outcome, (a, b) => a === b)
}

/** Lists have no order; what is there twice must be expected twice. */
function compareLists(
  form: string,
  expected: Expectation<readonly string[]>,
  outcome: Outcome<readonly string[]>,
): Problem[] {
  const sorted = (names: readonly string[]): string => JSON.stringify([...names].sort())
  return compare(form, expected, outcome, (a, b) => sorted(a) === sorted(b))
}

function compare<Answer>(
  form: string,
  expected: Expectation<Answer>,
  outcome: Outcome<Answer>,
  same: (a: Answer, b: Answer) => boolean,
): Problem[] {
  const holds =
    "errorCode" in expected
      ? "errorCode" in outcome &&
        (outcome.errorCode === undefined || outcome.errorCode === expected.errorCode)
      : "answer" in outcome && same(expected.answer, outcome.answer)
  return holds ? [] : [{ form, got: describeOutcome(outcome) }]
}

/** An answer or an expectation, for people. */
export function describeOutcome(outcome: Outcome<unknown>): string {
  if ("answer" in outcome) return JSON.stringify(outcome.answer)
  return outcome.errorCode === undefined ? "a refusal" : errorName(outcome.errorCode)
}
