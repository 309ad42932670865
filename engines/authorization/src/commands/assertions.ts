import { setImmediate as nextTurn } from "node:timers/promises"
import { isGatehouseError } from "@gatehouse/kernel"
import {
  type CompiledModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  type RelationshipTuple,
  type TupleKey,
} from "@gatehouse/rebac"
import { refuse } from "../wire/error-codes.ts"
import { maximumAssertionsBytes } from "../wire/limits.ts"
import { structSize, tupleSize } from "../wire/protobuf-size.ts"
import type { Engine } from "./engine.ts"
import { findMistake } from "./find-mistake.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { requireStore, resolveModel } from "./resolve-model.ts"

/** A question with the answer that the model's author expects. Kept for tools; the engine never evaluates them. */
export interface Assertion {
  readonly question: TupleKey
  readonly expectation: boolean
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | null
}

/** Replaces the assertions of a model. */
export async function writeAssertions(
  engine: Engine,
  store: string,
  modelId: string,
  assertions: readonly Assertion[],
): Promise<void> {
  await requireStore(engine, store)
  const { model } = await resolveModel(engine, { store, modelId })
  let bytes = 0
  for (const assertion of assertions) bytes += assertionSize(assertion)
  if (bytes > maximumAssertionsBytes) {
    throw refuse(
      "exceeded_entity_limit",
      `The number of bytes exceeds the allowed limit of ${maximumAssertionsBytes}`,
    )
  }
  await assertFit(model, assertions)
  await engine.storage.writeAssertions(store, modelId, assertions)
}

/** The assertions of a model; none where none were written. */
export async function readAssertions(
  engine: Engine,
  store: string,
  modelId: string,
): Promise<readonly Assertion[]> {
  await requireStore(engine, store)
  await resolveModel(engine, { store, modelId })
  return ((await engine.storage.readAssertions(store, modelId)) ?? []) as Assertion[]
}

/** Refuses assertions whose questions or tuples the model does not know. Others get their turn before each of them. */
export async function assertFit(model: CompiledModel, assertions: readonly Assertion[]): Promise<void> {
  // Asked of no tuples at all, only the question itself can be refused.
  const evaluator = createEvaluator(model, createTupleStore())
  for (const { question, contextualTuples } of assertions) {
    // The first question about a relation plans it, which takes milliseconds where it leads to thousands.
    await nextTurn()
    answerOrRefuse("expand", () => lookAt(evaluator, question))
    for (const tuple of contextualTuples) {
      const reason = await findMistake(model, tuple)
      if (reason !== undefined) throw refuse("validation_error", reason)
    }
  }
}

/** Throws for a question that the model does not know. One that ends early, since it takes more than one question to plan, is known. */
function lookAt(evaluator: Evaluator, question: TupleKey): void {
  try {
    evaluator.check(question)
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "rebac.resolution_too_complex") throw error
  }
}

function assertionSize({ question, expectation, contextualTuples, context }: Assertion): number {
  const tuples = contextualTuples.reduce((total, tuple) => total + tupleSize(tuple) + 3, 0)
  return tupleSize(question) + 3 + (expectation ? 2 : 0) + tuples + (context ? structSize(context) + 3 : 0)
}
