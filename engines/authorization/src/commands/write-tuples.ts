import { assertNever, type GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { CompiledModel, RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { TupleWrite, TupleWriteOutcome } from "../storage/storage.ts"
import { refuse } from "../wire/error-codes.ts"
import { maximumTupleContextBytes, maximumTuplesPerWrite } from "../wire/limits.ts"
import { holdsControlCharacter, showTuple } from "../wire/parse-tuple.ts"
import { structSize } from "../wire/protobuf-size.ts"
import type { Engine } from "./engine.ts"
import { findMistake } from "./find-mistake.ts"
import { type ModelReference, resolveModelToVerify } from "./resolve-model.ts"

/** Tuples to write and to delete in one transaction: all or none. */
export interface WriteInput extends ModelReference {
  readonly writes: readonly RelationshipTuple[]
  readonly deletes: readonly TupleKey[]
  /** As sent: `error`, `ignore`, or empty for the default. */
  readonly onDuplicate: string
  readonly onMissing: string
}

/**
 * Writes and deletes tuples in one transaction, all or nothing. What is written must be allowed by the model; what is deleted
 * need not be. Durable, and visible to the next question and the next page in this process, when it returns.
 */
export async function writeTuples(engine: Engine, input: WriteInput): Promise<{ modelId: string }> {
  const { store } = input
  for (;;) {
    const { modelId, model } = await resolveModelToVerify(engine, input)
    const judged = await judge(model, input)
    if (isGatehouseError(judged)) {
      if (input.modelId === "" && (await isOutdated(engine, store, modelId))) continue
      throw judged
    }
    const expectedLatestModelId = input.modelId === "" ? modelId : undefined
    const outcome = await engine.storage.writeTuples(store, { ...judged, expectedLatestModelId })
    if (outcome.kind === "model_changed") {
      engine.models.setLatest(store, outcome.latestModelId)
      continue
    }
    assertWritten(outcome, input)
    engine.views.committed(store, outcome)
    return { modelId }
  }
}

/** True where another model has become the latest elsewhere: the tuples are to be judged again, under that one. */
async function isOutdated(engine: Engine, store: string, modelId: string): Promise<boolean> {
  const latest = (await engine.storage.readHead(store))?.latestModelId
  if (latest === undefined || latest === modelId) return false
  engine.models.setLatest(store, latest)
  return true
}

async function judge(model: CompiledModel, input: WriteInput): Promise<TupleWrite | GatehouseError> {
  try {
    return await toStorageWrite(model, input)
  } catch (error) {
    if (isGatehouseError(error)) return error
    throw error
  }
}

async function toStorageWrite(
  model: CompiledModel,
  { writes, deletes, ...choices }: WriteInput,
): Promise<TupleWrite> {
  if (writes.length === 0 && deletes.length === 0) {
    throw refuse(
      "invalid_write_input",
      "Invalid input. Make sure you provide at least one write, or at least one delete",
    )
  }
  for (const tuple of writes) await assertWritable(model, tuple)
  for (const key of deletes) assertDeletable(key)
  assertDistinct(deletes, writes)
  const onDuplicate = parseChoice(choices.onDuplicate, "on_duplicate")
  const onMissing = parseChoice(choices.onMissing, "on_missing")
  return { writes, deletes, onDuplicate, onMissing }
}

function parseChoice(text: string, name: string): "error" | "ignore" {
  if (text === "" || text === "error") return "error"
  if (text === "ignore") return "ignore"
  throw refuse("validation_error", `invalid ${name} option: ${text}`)
}

function refuseTuple(tuple: RelationshipTuple, reason: string): Error {
  return refuse("validation_error", `Invalid tuple '${showTuple(tuple, tuple.condition)}'. Reason: ${reason}`)
}

async function assertWritable(model: CompiledModel, tuple: RelationshipTuple): Promise<void> {
  const reason = await findMistake(model, tuple)
  if (reason !== undefined) throw refuse("validation_error", reason)
  if (tuple.user === `${tuple.object}#${tuple.relation}`)
    throw refuseTuple(tuple, "cannot write a tuple that is implicit")
  if (!tuple.condition) return
  const bytes = structSize(tuple.condition.context ?? {})
  if (bytes > maximumTupleContextBytes) {
    const limit = `${bytes} bytes exceeds ${maximumTupleContextBytes} bytes`
    throw refuseTuple(tuple, `condition context size limit exceeded: ${limit}`)
  }
}

/** `type:id`, `type:*`, `type:id#relation`, an id without a type, or `*`: what a tuple of any model may have had. */
const userForm = /^(?:[^#: ]+|[^#: ]+:[^#: ]+|[^#: ]+:[^#:* ]+#[^#:* ]+)$/u

function assertDeletable(key: TupleKey): void {
  if (!userForm.test(key.user) || holdsControlCharacter(key.user))
    throw refuseTuple(key, "the 'user' field is malformed")
}

function assertDistinct(deletes: readonly TupleKey[], writes: readonly TupleKey[]): void {
  const seen = new Set<string>()
  for (const { object, relation, user } of [...deletes, ...writes]) {
    // No object and no relation holds a space, so the joined key is unambiguous.
    const key = `${object} ${relation} ${user}`
    if (seen.has(key)) {
      throw refuse(
        "cannot_allow_duplicate_tuples_in_one_request",
        `duplicate tuple in write: ${describe({ object, relation, user })}`,
      )
    }
    seen.add(key)
  }
  if (seen.size > maximumTuplesPerWrite) {
    throw refuse(
      "exceeded_entity_limit",
      `The number of write operations exceeds the allowed limit of ${maximumTuplesPerWrite}`,
    )
  }
}

function describe({ object, relation, user }: TupleKey): string {
  return `user: '${user}', relation: '${relation}', object: '${object}'`
}

const failed = "tuple to be written already existed or the tuple to be deleted did not exist"

function assertWritten(
  outcome: Exclude<TupleWriteOutcome, { kind: "model_changed" }>,
  { store, modelId }: ModelReference,
): asserts outcome is Extract<TupleWriteOutcome, { kind: "written" }> {
  switch (outcome.kind) {
    case "written":
      return
    case "no_store":
      // Deleted since its model was looked up.
      throw modelId === ""
        ? refuse("latest_authorization_model_not_found", `No authorization models found for store '${store}'`)
        : refuse("authorization_model_not_found", `Authorization Model '${modelId}' not found`)
    case "duplicate":
      throw refuse(
        "write_failed_due_to_invalid_input",
        `cannot write a tuple which already exists: ${describe(outcome.key)}: ${failed}`,
      )
    case "missing":
      throw refuse(
        "write_failed_due_to_invalid_input",
        `cannot delete a tuple which does not exist: ${describe(outcome.key)}: ${failed}`,
      )
    case "condition_conflict":
      throw refuse(
        "Aborted",
        `transactional write failed due to conflict: attempted to write a tuple which already exists with a different condition: ${describe(outcome.key)}`,
      )
    default:
      assertNever(outcome)
  }
}
