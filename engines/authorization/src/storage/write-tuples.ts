import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import { type Kysely, sql, type Transaction } from "kysely"
import { changeChannel, type EngineDatabase } from "./schema.ts"
import type { Change, TupleWrite, TupleWriteOutcome } from "./storage.ts"
import { cannotBeStored, conditionContext, conditionName, type TupleColumns } from "./tuple-row.ts"

/**
 * Changes tuples of one store. The store's row is locked first and until the commit, so positions are given in commit order
 * and without gaps. INVARIANT 9: the answer comes after the commit.
 */
export function writeTuples(
  db: Kysely<EngineDatabase>,
  store: string,
  write: TupleWrite,
): Promise<TupleWriteOutcome> {
  return db.transaction().execute(async (tx) => {
    const locked = await sql<{ head: string }>`
      select head from openfga.store where id = ${store} and deleted_at is null for update`.execute(tx)
    const head = locked.rows[0]?.head
    if (head === undefined) return { kind: "no_store" }
    const existing = await findExisting(tx, store, [...write.deletes, ...write.writes])
    const plan = planChanges(write, existing, Number(head))
    if (plan.kind === "written" && plan.changes.length > 0) await applyChanges(tx, store, plan.changes)
    return plan
  })
}

const keyOf = ({ object, relation, user }: TupleKey): string => JSON.stringify([object, relation, user])

async function findExisting(
  tx: Transaction<EngineDatabase>,
  store: string,
  keys: readonly TupleKey[],
): Promise<Map<string, TupleColumns>> {
  const storable = keys.filter(({ object, relation, user }) => !cannotBeStored(object, relation, user))
  const found = await sql<TupleColumns>`
    select t.object, t.relation, t."user", t.condition_name, t.condition_context
    from unnest(
      ${storable.map((key) => key.object)}::text[],
      ${storable.map((key) => key.relation)}::text[],
      ${storable.map((key) => key.user)}::text[]
    ) as k(object, relation, "user")
    join openfga.tuple t
      on t.store = ${store} and t.object = k.object and t.relation = k.relation and t."user" = k."user"`.execute(
    tx,
  )
  return new Map(found.rows.map((row) => [keyOf(row), row]))
}

function planChanges(
  write: TupleWrite,
  existing: ReadonlyMap<string, TupleColumns>,
  head: number,
): TupleWriteOutcome {
  const changes: Change[] = []
  const add = (operation: Change["operation"], tuple: RelationshipTuple) =>
    changes.push({ position: head + changes.length + 1, operation, tuple })
  for (const { object, relation, user } of write.deletes) {
    const key = { object, relation, user }
    if (existing.has(keyOf(key))) add("delete", key)
    else if (write.onMissing === "error") return { kind: "missing", key }
  }
  for (const tuple of write.writes) {
    const stored = existing.get(keyOf(tuple))
    if (stored === undefined) add("write", tuple)
    else if (write.onDuplicate === "error") return { kind: "duplicate", key: tuple }
    else if (!sameCondition(stored, tuple)) return { kind: "condition_conflict", key: tuple }
  }
  return { kind: "written", changes }
}

function sameCondition(stored: TupleColumns, tuple: RelationshipTuple): boolean {
  return (
    stored.condition_name === conditionName(tuple.condition) &&
    stored.condition_context === conditionContext(tuple.condition)
  )
}

async function applyChanges(
  tx: Transaction<EngineDatabase>,
  store: string,
  changes: readonly Change[],
): Promise<void> {
  const newHead = changes.at(-1)?.position ?? 0
  await sql`
    with moment as materialized (
      -- Never before the change before, so that start_time finds what it should after a clock went back.
      select greatest(clock_timestamp(), changed_at) as at from openfga.store where id = ${store}
    ), given as (
      select * from unnest(
        ${changes.map((change) => change.position)}::bigint[],
        ${changes.map((change) => change.operation)}::text[],
        ${changes.map(({ tuple }) => tuple.object)}::text[],
        ${changes.map(({ tuple }) => tuple.relation)}::text[],
        ${changes.map(({ tuple }) => tuple.user)}::text[],
        ${changes.map(({ tuple }) => conditionName(tuple.condition))}::text[],
        ${changes.map(({ tuple }) => conditionContext(tuple.condition))}::text[]
      ) as g(position, operation, object, relation, "user", condition_name, condition_context)
    ), removed as (
      delete from openfga.tuple t using given g
      where g.operation = 'delete' and t.store = ${store}
        and t.object = g.object and t.relation = g.relation and t."user" = g."user"
    ), added as (
      insert into openfga.tuple
        (store, object, relation, "user", condition_name, condition_context, position, written_at)
      select ${store}, object, relation, "user", condition_name, condition_context, position, moment.at
      from given, moment where operation = 'write'
    ), logged as (
      insert into openfga.change
        (store, position, operation, object, relation, "user", condition_name, condition_context, changed_at)
      select ${store}, position, operation, object, relation, "user", condition_name, condition_context, moment.at
      from given, moment
    ), moved as (
      update openfga.store set head = ${newHead}, changed_at = moment.at from moment where id = ${store}
    )
    select pg_notify(${changeChannel}, ${`${store} ${newHead}`})`.execute(tx)
}
