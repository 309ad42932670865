import { isGatehouseError } from "@gatehouse/kernel"
import type { Evaluator, RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { refusalOf, refuse, type WireErrorCode } from "../wire/error-codes.ts"
import { maximumChecksPerBatch } from "../wire/limits.ts"
import type { Engine } from "./engine.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/** One question of a batch; answers are joined to it by `correlationId`, not by order. */
export interface BatchItem {
  readonly correlationId: string
  readonly question: TupleKey
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | undefined
}

/** What one item came to. An item's mistake stays with it. */
export type BatchOutcome =
  | { readonly allowed: boolean }
  | { readonly error: { readonly code: WireErrorCode; readonly message: string } }

/** Questions that are answered from one model and one state of the tuples. */
export interface BatchCheckInput extends ModelReference {
  readonly checks: readonly BatchItem[]
  readonly freshness: Freshness
}

/**
 * Answers up to 50 questions, each evaluated by itself: nothing of one question's answer is reused for another. Between two
 * the event loop may serve others; all see the tuples of one moment or a later one.
 */
export async function batchCheck(
  engine: Engine,
  input: BatchCheckInput,
): Promise<{ outcomes: Map<string, BatchOutcome>; modelId: string }> {
  assertBatch(input.checks)
  const { evaluator, modelId } = await resolveEvaluator(engine, input, input.freshness)
  const outcomes = new Map<string, BatchOutcome>()
  for (const item of input.checks) {
    outcomes.set(item.correlationId, checkItem(evaluator, item))
    await yieldToOthers()
  }
  return { outcomes, modelId }
}

function assertBatch(checks: readonly BatchItem[]): void {
  if (checks.length > maximumChecksPerBatch) {
    throw refuse(
      "validation_error",
      `batchCheck received ${checks.length} checks, the maximum allowed is ${maximumChecksPerBatch}`,
    )
  }
  const seen = new Set<string>()
  for (const { correlationId } of checks) {
    if (seen.has(correlationId))
      throw refuse("validation_error", `received duplicate correlation id: ${correlationId}`)
    seen.add(correlationId)
  }
}

function checkItem(evaluator: Evaluator, { question, contextualTuples, context }: BatchItem): BatchOutcome {
  try {
    const { allowed } = answerOrRefuse("check", () =>
      evaluator.check({ ...question, contextualTuples, context }),
    )
    return { allowed }
  } catch (error) {
    const refusal = isGatehouseError(error) ? refusalOf(error) : undefined
    if (refusal === undefined) throw error
    return { error: refusal }
  }
}

function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
