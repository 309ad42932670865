import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import {
  checkModel,
  checkTuples,
  type FilePlace,
  placeOf,
  type StoreAssertion,
  type StoreFile,
  type StoreTest,
} from "@gatehouse/openfga/files"
import {
  type CompiledModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  type Explanation,
  type RelationshipTuple,
} from "@gatehouse/rebac"

/** Wrong checks of one file that are explained: an explanation may take 50 ms, and nobody reads hundreds. */
const EXPLAINED_FAILURES_LIMIT = 20

/** How one assertion came out. */
export interface AssertionReport {
  readonly assertion: StoreAssertion
  readonly place: FilePlace | undefined
  readonly passed: boolean
  /** What the model answers; lists are sorted. Undefined where it answers with an error. */
  readonly got: boolean | readonly string[] | undefined
  /** Why there is no answer: our code, and OpenFGA's sentence where there is one. */
  readonly error: { readonly code: string; readonly reason: string } | undefined
  /** Of a check with the wrong answer: why it is so. For the first twenty of a file. */
  readonly explanation: Explanation | undefined
}

/** How one test came out. */
export interface TestReport {
  readonly name: string
  readonly description: string | undefined
  readonly passed: boolean
  readonly assertions: readonly AssertionReport[]
}

/** How a store file came out. `passed` and `failed` count assertions. */
export interface StoreReport {
  readonly file: string
  readonly name: string | undefined
  readonly tests: readonly TestReport[]
  readonly passed: number
  readonly failed: number
}

/**
 * Runs the tests of a store file, each over the file's tuples and its own, in process. What does not hold is reported. Throws
 * `openfga.file_model_invalid` and `openfga.file_tuple_invalid` where model or tuples are such that OpenFGA would not take them, and
 * `openfga.file_invalid` for a file that asserts nothing: it could never fail.
 */
export function runStoreTests(store: StoreFile): StoreReport {
  const { file, name, tuples } = store
  const model = checkModel(store.model, file)
  checkTuples(model, tuples, file)
  if (store.tests.every(({ assertions }) => assertions.length === 0))
    throw new GatehouseError("openfga.file_invalid", {
      publicMessage: `${file}: it holds no test that asserts anything.`,
      details: { file },
    })
  const explainer = { left: EXPLAINED_FAILURES_LIMIT }
  const tests = store.tests.map((test) => runTest(model, test, tuples, file, explainer))
  const reports = tests.flatMap(({ assertions }) => assertions)
  const failed = reports.filter(({ passed }) => !passed).length
  return { file, name, tests, passed: reports.length - failed, failed }
}

/** How many failures may still be explained. */
interface ExplanationsLeft {
  left: number
}

function runTest(
  model: CompiledModel,
  { name, description, tuples, assertions }: StoreTest,
  shared: readonly RelationshipTuple[],
  file: string,
  explanations: ExplanationsLeft,
): TestReport {
  checkTuples(model, tuples, file)
  const store = createTupleStore()
  store.write({ writes: [...shared, ...tuples] })
  const evaluator = createEvaluator(model, store)
  const reports = assertions.map((assertion) => runAssertion(evaluator, assertion, explanations))
  return { name, description, passed: reports.every(({ passed }) => passed), assertions: reports }
}

function runAssertion(
  evaluator: Evaluator,
  assertion: StoreAssertion,
  explanations: ExplanationsLeft,
): AssertionReport {
  const place = placeOf(assertion)
  const outcome = outcomeOf(() => ask(evaluator, assertion))
  const got = "answer" in outcome ? outcome.answer : undefined
  const error = "error" in outcome ? outcome.error : undefined
  const passed = JSON.stringify(got) === JSON.stringify(expectedOf(assertion))
  const explanation =
    passed || assertion.kind !== "check" || explanations.left-- <= 0
      ? undefined
      : outcomeOf(() => evaluator.explain({ ...assertion, suggestions: 1 }))
  return {
    assertion,
    place,
    passed,
    got,
    error,
    explanation: explanation && "answer" in explanation ? explanation.answer : undefined,
  }
}

function ask(evaluator: Evaluator, assertion: StoreAssertion): boolean | readonly string[] {
  switch (assertion.kind) {
    case "check":
      return evaluator.check(assertion).allowed
    case "list_objects": {
      const { objects, complete } = evaluator.listObjects(assertion)
      return whole(objects, complete)
    }
    case "list_users": {
      const { users, complete } = evaluator.listUsers(assertion)
      return whole(users, complete)
    }
  }
}

/** A list in order. One that was cut cannot be compared. */
function whole(names: readonly string[], complete: boolean): readonly string[] {
  if (!complete) throw new GatehouseError("rebac.resolution_too_complex")
  return [...names].sort()
}

function expectedOf({ expected }: StoreAssertion): boolean | readonly string[] {
  return typeof expected === "boolean" ? expected : [...expected].sort()
}

type Outcome<Answer> =
  | { readonly answer: Answer }
  | { readonly error: { readonly code: string; readonly reason: string } }

function outcomeOf<Answer>(run: () => Answer): Outcome<Answer> {
  try {
    return { answer: run() }
  } catch (error) {
    if (!isGatehouseError(error)) throw error
    const { reason } = error.details
    return {
      error: { code: error.code, reason: typeof reason === "string" ? reason : error.publicMessage },
    }
  }
}
