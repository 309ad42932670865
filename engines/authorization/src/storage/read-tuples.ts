import { type Kysely, type RawBuilder, sql } from "kysely"
import type { EngineDatabase } from "./schema.ts"
import type { ChangePage, ChangeRecord, StoredTuple, TupleFilter } from "./storage.ts"
import { cannotBeStored, rfc3339, type TupleColumns, toTuple } from "./tuple-row.ts"

type Condition = RawBuilder<unknown>

/** A page of a store's tuples, in the order in which they were written. */
export async function readTuples(
  db: Kysely<EngineDatabase>,
  store: string,
  filter: TupleFilter,
  page: { afterPosition: number; limit: number },
): Promise<StoredTuple[]> {
  if (cannotBeStored(filter.object, filter.relation, filter.user)) return []
  const conditions: Condition[] = [sql`store = ${store}`, sql`position > ${page.afterPosition}`]
  if (filter.object !== undefined) conditions.push(objectCondition(filter.object))
  if (filter.relation !== undefined) conditions.push(sql`relation = ${filter.relation}`)
  if (filter.user !== undefined) conditions.push(sql`"user" = ${filter.user}`)
  const found = await sql<TupleColumns & { position: string; timestamp: string }>`
    select object, relation, "user", condition_name, condition_context, position,
      ${rfc3339("written_at")} as timestamp
    from openfga.tuple where ${sql.join(conditions, sql` and `)}
    order by position limit ${page.limit}`.execute(db)
  return found.rows.map((row) => ({
    position: Number(row.position),
    tuple: toTuple(row),
    timestamp: row.timestamp,
  }))
}

/** `type:` matches every object of the type: those between `type:` and the next text after it, `type;`. */
function objectCondition(object: string): Condition {
  if (!object.endsWith(":") || object.indexOf(":") !== object.length - 1) return sql`object = ${object}`
  return sql`object >= ${object} and object < ${`${object.slice(0, -1)};`}`
}

/** A page of a store's change log, oldest first. */
export async function readChanges(
  db: Kysely<EngineDatabase>,
  store: string,
  page: ChangePage,
): Promise<ChangeRecord[]> {
  if (cannotBeStored(page.objectType)) return []
  const conditions: Condition[] = [sql`store = ${store}`, sql`position > ${page.afterPosition}`]
  if (page.objectType !== undefined) conditions.push(objectCondition(`${page.objectType}:`))
  if (page.startTime !== undefined) conditions.push(sql`changed_at >= ${page.startTime}::timestamptz`)
  const found = await sql<
    TupleColumns & { position: string; operation: ChangeRecord["operation"]; timestamp: string }
  >`
    select object, relation, "user", condition_name, condition_context, position, operation,
      ${rfc3339("changed_at")} as timestamp
    from openfga.change where ${sql.join(conditions, sql` and `)}
    order by position limit ${page.limit}`.execute(db)
  return found.rows.map((row) => ({
    position: Number(row.position),
    operation: row.operation,
    tuple: toTuple(row),
    timestamp: row.timestamp,
  }))
}
