import { assertDefined } from "@gatehouse/kernel"
import type { CompiledModel, ListObjectsAnswer, RelationshipTuple } from "@gatehouse/rebac"
import type { Freshness } from "../view/store-view.ts"
import { refuse } from "../wire/error-codes.ts"
import type { Engine } from "./engine.ts"
import { answerOrRefuse } from "./refuse-question.ts"
import { type ModelReference, resolveEvaluator } from "./resolve-model.ts"

/**
 * Parts of a list that one answer is put together from, each with the evaluator's budget of some 20 ms. The real server gives up after
 * 3 s of its own time.
 */
const maximumPartsPerAnswer = 50
/** Parts of a stream: its reader takes them one by one, and may leave. */
const maximumPartsPerStream = 5_000

/** One question of OpenFGA's ListObjects: what of a type the user is related to. */
export interface ListObjectsInput extends ModelReference {
  readonly user: string
  readonly relation: string
  readonly type: string
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Record<string, unknown> | undefined
  readonly freshness: Freshness
}

/**
 * Which objects of a type has the user the relation to? In no order; `complete` is false where there may be more. Between two parts
 * the event loop serves others; each part is true of the tuples as they are then.
 */
export async function listObjects(
  engine: Engine,
  input: ListObjectsInput & { readonly limit: number },
): Promise<{ objects: string[]; complete: boolean; modelId: string }> {
  const { limit } = input
  let { answer, modelId } = await beginList(engine, input, limit)
  const objects = [...answer.objects]
  for (let parts = 1; !answer.complete && objects.length < limit && parts < maximumPartsPerAnswer; parts++) {
    answer = await nextPart(answer, limit - objects.length)
    objects.push(...answer.objects)
  }
  return { objects, complete: answer.complete, modelId }
}

/**
 * The same without a limit, part by part as they are taken. What can be refused before the first part is thrown here; what fails
 * later, a list that takes too many parts included, is thrown by the iterator: it never just ends.
 */
export async function streamObjects(
  engine: Engine,
  input: ListObjectsInput,
): Promise<{ parts: AsyncGenerator<readonly string[]>; modelId: string }> {
  const { answer, modelId } = await beginList(engine, input, undefined)
  return { parts: partsFrom(answer), modelId }
}

async function* partsFrom(first: ListObjectsAnswer): AsyncGenerator<readonly string[]> {
  let answer = first
  for (let parts = 1; ; parts++) {
    yield answer.objects
    if (answer.complete) return
    if (parts >= maximumPartsPerStream)
      throw refuse("resource_exhausted", "the list takes more work than a stream may")
    answer = await nextPart(answer, undefined)
  }
}

async function beginList(
  engine: Engine,
  input: ListObjectsInput,
  limit: number | undefined,
): Promise<{ answer: ListObjectsAnswer; modelId: string }> {
  const { evaluator, modelId } = await resolveEvaluator(engine, input, input.freshness)
  const { user, relation, type, contextualTuples, context } = input
  const answer = answerOrRefuse("list", () =>
    evaluator.listObjects({ user, relation, type, contextualTuples, context, limit }),
  )
  return { answer, modelId }
}

async function nextPart(
  { cursor }: ListObjectsAnswer,
  limit: number | undefined,
): Promise<ListObjectsAnswer> {
  await new Promise((resolve) => setImmediate(resolve))
  const rest = assertDefined(cursor, "an incomplete list without a cursor")
  return answerOrRefuse("list", () => rest.next(limit))
}

/** Refuses a type that the model does not define, with the code that the wire's lists have for it. */
export function requireType({ model }: CompiledModel, type: string): void {
  if (!model.type_definitions.some((definition) => definition.type === type))
    throw refuse("type_not_found", `type '${type}' not found`)
}

/** Refuses a relation that the type does not define. */
export function requireRelation({ model }: CompiledModel, type: string, relation: string): void {
  const definition = model.type_definitions.find((candidate) => candidate.type === type)
  if (!Object.hasOwn(definition?.relations ?? {}, relation))
    throw refuse("relation_not_found", `relation '${type}#${relation}' not found`)
}
