import { assertDefined } from "@gatehouse/kernel"
import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import { type Kysely, sql } from "kysely"
import type { EngineDatabase } from "./schema.ts"
import type { Change, LogRun, TupleWrite, TupleWriteOutcome } from "./storage.ts"
import { cannotBeStored, conditionContext, conditionName } from "./tuple-row.ts"

interface OutcomeRow {
  readonly outcome: "no_store" | "model_changed" | "missing" | "duplicate" | "condition_conflict" | "written"
  readonly failed: string | null
  readonly latest: string | null
  readonly head: string | null
  readonly microseconds: string | null
  readonly before: string | null
  readonly deleted: string[] | null
  readonly written: string[] | null
}

/**
 * Changes tuples of one store, in one statement that is its own transaction: positions are given in commit order and without
 * gaps (`createWriteFunction`). INVARIANT 9: the answer comes after the commit.
 */
export async function writeTuples(
  db: Kysely<EngineDatabase>,
  store: string,
  write: TupleWrite,
): Promise<TupleWriteOutcome> {
  const deletes = write.deletes.map(storable)
  const { writes } = write
  const found = await sql<OutcomeRow>`
    select * from openfga.write_tuples(
      ${store}, ${write.expectedLatestModelId ?? null},
      ${write.onMissing === "ignore"}, ${write.onDuplicate === "ignore"},
      ${deletes.map(({ object }) => object)}, ${deletes.map(({ relation }) => relation)},
      ${deletes.map(({ user }) => user)},
      ${writes.map(({ object }) => object)}, ${writes.map(({ relation }) => relation)},
      ${writes.map(({ user }) => user)},
      ${writes.map(({ condition }) => conditionName(condition))},
      ${writes.map(({ condition }) => conditionContext(condition))}
    )`.execute(db)
  return toOutcome(assertDefined(found.rows[0], "a write without an outcome"), write)
}

/** A key that PostgreSQL cannot hold is looked for as one that no tuple has. */
function storable({ object, relation, user }: TupleKey): TupleKey {
  return cannotBeStored(object, relation, user)
    ? { object: "", relation: "", user: "" }
    : { object, relation, user }
}

function toOutcome(row: OutcomeRow, write: TupleWrite): TupleWriteOutcome {
  switch (row.outcome) {
    case "no_store":
      return { kind: "no_store" }
    case "model_changed":
      return { kind: "model_changed", latestModelId: row.latest ?? "" }
    case "missing":
      return { kind: "missing", key: numbered(write.deletes, row.failed) }
    case "duplicate":
    case "condition_conflict":
      return { kind: row.outcome, key: numbered(write.writes, row.failed) }
    case "written":
      return { kind: "written", ...runOf(row, write) }
  }
}

function runOf(row: OutcomeRow, write: TupleWrite): LogRun {
  const [removed, added] = [row.deleted ?? [], row.written ?? []]
  const microseconds = Number(row.microseconds)
  const before = Number(row.head) - removed.length - added.length
  const deletes = removed.map((number, index): Change => {
    const { object, relation, user } = numbered(write.deletes, number)
    return {
      position: before + 1 + index,
      microseconds,
      operation: "delete",
      tuple: { object, relation, user },
    }
  })
  const writes = added.map((number, index): Change => {
    const tuple: RelationshipTuple = numbered(write.writes, number)
    return { position: before + 1 + removed.length + index, microseconds, operation: "write", tuple }
  })
  return {
    after: { position: before, microseconds: Number(row.before) },
    changes: [...deletes, ...writes],
  }
}

/** The function counts from 1. */
function numbered<Key>(keys: readonly Key[], number: string | null): Key {
  return assertDefined(keys[Number(number) - 1], "an outcome of a key that was not given")
}
