import { type Kysely, type RawBuilder, sql } from "kysely"
import type { EngineDatabase } from "./schema.ts"
import type { Change, ChangePage, LogPlace, TupleFilter, TuplePage } from "./storage.ts"
import { cannotBeStored, type TupleColumns, toTuple } from "./tuple-row.ts"

/** No store has a position so high: `place` leaves it 40 bits. */
const beyondEveryPosition = 2 ** 40 - 1

interface PlacedColumns extends TupleColumns {
  /** The store's newest change. */
  readonly head: string
  readonly head_microseconds: string
  /** Null in the one row that says: the store is there, and has nothing that was asked for. */
  readonly position: string | null
  readonly microseconds: string
}

/**
 * Rows of a store, which is looked up in the same step, with its head: undefined where there is none. `select` may use the
 * store's row as `found`.
 */
async function rowsOf<Row extends PlacedColumns>(
  db: Kysely<EngineDatabase>,
  store: string,
  select: RawBuilder<unknown>,
): Promise<{ head: LogPlace; rows: Row[] } | undefined> {
  const { rows } = await sql<Row>`
    select found.head, found.changed_microseconds as head_microseconds, chosen.* from openfga.store found left join lateral (${select}) chosen on true
    where found.id = ${store} and found.deleted_at is null`.execute(db)
  const [first] = rows
  if (first === undefined) return undefined
  const head = { position: Number(first.head), microseconds: Number(first.head_microseconds) }
  return { head, rows: first.position === null ? [] : rows }
}

/** A page of a store's tuples, in the order in which they were written. */
export async function readTuples(
  db: Kysely<EngineDatabase>,
  store: string,
  filter: TupleFilter,
  page: { afterPosition: number; limit: number },
): Promise<TuplePage | undefined> {
  const conditions = cannotBeStored(filter.object, filter.relation, filter.user)
    ? [sql`false`]
    : conditionsOf(filter, page.afterPosition)
  const found = await rowsOf<PlacedColumns>(
    db,
    store,
    sql`
      select object, relation, "user", condition_name, condition_context,
        openfga.position(place) as position, written_microseconds as microseconds
      from openfga.tuple where ${sql.join(conditions, sql` and `)}
      order by place limit ${page.limit}`,
  )
  if (found === undefined) return undefined
  const tuples = found.rows.map((row) => ({
    position: Number(row.position),
    tuple: toTuple(row),
    microseconds: Number(row.microseconds),
  }))
  return { head: found.head, tuples }
}

function conditionsOf(filter: TupleFilter, afterPosition: number): RawBuilder<unknown>[] {
  const conditions = [placesAfter(sql`${afterPosition}::bigint`)]
  if (filter.object !== undefined) conditions.push(sql`store = found.number`, objectCondition(filter.object))
  if (filter.relation !== undefined) conditions.push(sql`relation = ${filter.relation}`)
  if (filter.user !== undefined) conditions.push(sql`"user" = ${filter.user}`)
  return conditions
}

/** The store's places after a position. */
function placesAfter(position: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`place > openfga.place(found.number, ${position})
    and place <= openfga.place(found.number, ${beyondEveryPosition}::bigint)`
}

/** `type:` matches every object of the type: those between `type:` and the next text after it, `type;`. */
function objectCondition(object: string): RawBuilder<unknown> {
  if (!object.endsWith(":") || object.indexOf(":") !== object.length - 1) return sql`object = ${object}`
  return sql`object >= ${object} and object < ${`${object.slice(0, -1)};`}`
}

/** A page of a store's change log, oldest first. */
export async function readChanges(
  db: Kysely<EngineDatabase>,
  store: string,
  page: ChangePage,
): Promise<Change[] | undefined> {
  const after =
    page.startMicroseconds === undefined
      ? sql`${page.afterPosition}::bigint`
      : sql`greatest(${page.afterPosition}::bigint,
          openfga.position_before(found.number, found.head, ${page.startMicroseconds}::bigint))`
  const conditions = [placesAfter(after)]
  if (cannotBeStored(page.objectType)) conditions.push(sql`false`)
  else if (page.objectType !== undefined) conditions.push(objectCondition(`${page.objectType}:`))
  const found = await rowsOf<PlacedColumns & { operation: Change["operation"] }>(
    db,
    store,
    sql`
      select object, relation, "user", condition_name, condition_context, operation,
        openfga.position(place) as position, changed_microseconds as microseconds
      from openfga.change_log where ${sql.join(conditions, sql` and `)}
      order by place limit ${page.limit}`,
  )
  return found?.rows.map((row) => ({
    position: Number(row.position),
    operation: row.operation,
    tuple: toTuple(row),
    microseconds: Number(row.microseconds),
  }))
}
