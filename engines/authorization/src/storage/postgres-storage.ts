import { systemClock } from "@gatehouse/kernel"
import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import { type Kysely, sql } from "kysely"
import { createUlidSource } from "../ids/ulid.ts"
import { createTurns } from "./create-turns.ts"
import { readChanges, readTuples } from "./read-tuples.ts"
import { changeChannel, type EngineDatabase, schemaName } from "./schema.ts"
import type { Storage, StoreHead, StoreRecord } from "./storage.ts"
import { rfc3339, type TupleColumns, toTuple } from "./tuple-row.ts"
import { writeTuples } from "./write-tuples.ts"

/** Tuples that one query of a load brings: some megabytes, and short enough for the event loop. */
const loadBatchTuples = 2_000

/** Writes of one store that hold a connection each: one works, the next waits for its lock. More would only take connections from readers. */
const writesAtOnce = 2

/** The engine's state in PostgreSQL. Driver errors have been rewrapped by the pool. */
export function createPostgresStorage(db: Kysely<EngineDatabase>): Storage {
  const createUlid = createUlidSource()
  const takeTurn = createTurns(writesAtOnce)
  const newId = () => createUlid(systemClock.nowMilliseconds())
  return {
    ...createStoreQueries(db, newId),
    ...createModelQueries(db, newId),
    ...createAssertionQueries(db),
    writeTuples: (store, write) => takeTurn(store, () => writeTuples(db, store, write)),
    readTuples: (store, filter, page) => readTuples(db, store, filter, page),
    readChanges: (store, page) => readChanges(db, store, page),
    loadTuples: (store, onBatch) => loadTuples(db, store, onBatch),
    ping: async () => {
      await sql`select 1`.execute(db)
    },
  }
}

type StoreQueries = Pick<
  Storage,
  "createStore" | "getStore" | "listStores" | "deleteStore" | "listChangedStores" | "readHead"
>

function createStoreQueries(db: Kysely<EngineDatabase>, newId: () => string): StoreQueries {
  const records = () =>
    db
      .withSchema(schemaName)
      .selectFrom("store")
      .select(["id", "name", rfc3339("created_at").as("createdAt"), rfc3339("updated_at").as("updatedAt")])
      .where("deleted_at", "is", null)
  return {
    createStore: async (name) => {
      const id = newId()
      await sql`insert into openfga.store (id, name) values (${id}, ${name})`.execute(db)
      return (await records().where("id", "=", id).executeTakeFirstOrThrow()) satisfies StoreRecord
    },
    getStore: (id) => records().where("id", "=", id).executeTakeFirst(),
    listStores: ({ name, afterId, limit }) => {
      let query = records().orderBy("id").limit(limit)
      if (name !== undefined) query = query.where("name", "=", name)
      if (afterId !== undefined) query = query.where("id", ">", afterId)
      return query.execute()
    },
    deleteStore: async (id) => {
      await sql`
        with deleted as (
          update openfga.store set deleted_at = clock_timestamp()
          where id = ${id} and deleted_at is null returning id
        )
        select pg_notify(${changeChannel}, id || ' *') from deleted`.execute(db)
    },
    listChangedStores: async (limit) => {
      const found = await sql<{ id: string }>`
        select id from openfga.store where deleted_at is null and head > 0
        order by changed_microseconds desc limit ${limit}`.execute(db)
      return found.rows.map(({ id }) => id)
    },
    readHead: async (id) => (await readHead(db, id)) satisfies StoreHead | undefined,
  }
}

async function readHead(
  db: Kysely<EngineDatabase>,
  id: string,
): Promise<(StoreHead & { readonly number: number }) | undefined> {
  const found = await sql<{
    number: number
    head: string
    changed_microseconds: string
    latest_model: string | null
  }>`
    select number, head, changed_microseconds, latest_model from openfga.store
    where id = ${id} and deleted_at is null`.execute(db)
  const row = found.rows[0]
  return (
    row && {
      number: row.number,
      position: Number(row.head),
      microseconds: Number(row.changed_microseconds),
      latestModelId: row.latest_model ?? undefined,
    }
  )
}

type ModelQueries = Pick<Storage, "writeModel" | "readModel" | "listModels">

function createModelQueries(db: Kysely<EngineDatabase>, newId: () => string): ModelQueries {
  const parse = (id: string, body: string) => ({ ...(JSON.parse(body) as AuthorizationModel), id })
  return {
    writeModel: async (store, model) => {
      const id = newId()
      // The store's row is locked by its update, so sequences are given in commit order.
      const written = await sql<{ id: string }>`
        with moved as (
          update openfga.store set model_head = model_head + 1, latest_model = ${id}
          where id = ${store} and deleted_at is null returning id, model_head
        ), added as (
          insert into openfga.model (store, id, sequence, body)
          select moved.id, ${id}, moved.model_head, ${JSON.stringify(model)} from moved returning id
        )
        select id from added, pg_notify(${changeChannel}, ${`${store} *`})`.execute(db)
      return written.rows[0]?.id
    },
    readModel: async (store, id) => {
      const found = await sql<{ body: string }>`
        select model.body from openfga.model join openfga.store on store.id = model.store
        where model.store = ${store} and model.id = ${id} and store.deleted_at is null`.execute(db)
      const body = found.rows[0]?.body
      return body === undefined ? undefined : parse(id, body)
    },
    listModels: async (store, { beforeSequence, limit, limitBytes }) => {
      const found = await sql<{ id: string; sequence: string; body: string; count: number }>`
        with next as (
          select id, sequence, body from openfga.model
          where store = ${store} and sequence < ${beforeSequence ?? Number.MAX_SAFE_INTEGER}
          order by sequence desc limit ${limit + 1}
        ), sized as (
          select next.*, count(*) over ()::int as count,
            sum(octet_length(body)) over (order by sequence desc) - octet_length(body) as bytes_before
          from next
        )
        select id, sequence, body, count from sized where bytes_before < ${limitBytes}
        order by sequence desc limit ${limit}`.execute(db)
      const models = found.rows.map(({ id, sequence, body }) => ({ sequence: Number(sequence), id, body }))
      return { models, more: (found.rows[0]?.count ?? 0) > models.length }
    },
  }
}

function createAssertionQueries(
  db: Kysely<EngineDatabase>,
): Pick<Storage, "writeAssertions" | "readAssertions"> {
  return {
    writeAssertions: async (store, modelId, assertions) => {
      await sql`
        insert into openfga.assertion (store, model, body) values (${store}, ${modelId}, ${JSON.stringify(assertions)})
        on conflict (store, model) do update set body = excluded.body`.execute(db)
    },
    readAssertions: async (store, modelId) => {
      const found = await sql<{ body: string }>`
        select body from openfga.assertion where store = ${store} and model = ${modelId}`.execute(db)
      const body = found.rows[0]?.body
      return body === undefined ? undefined : JSON.parse(body)
    },
  }
}

function loadTuples(
  db: Kysely<EngineDatabase>,
  store: string,
  onBatch: (tuples: RelationshipTuple[]) => void,
): Promise<StoreHead | undefined> {
  // One snapshot for head and tuples: what is loaded is exactly the store at that position.
  const snapshot = db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only")
  return snapshot.execute(async (tx) => {
    const head = await readHead(tx, store)
    if (head === undefined) return undefined
    const readBatch = (after: number) => {
      const reading = sql<TupleColumns & { position: string }>`
        select object, relation, "user", condition_name, condition_context, openfga.position(place) as position
        from openfga.tuple
        where place > openfga.place(${head.number}::integer, ${after}::bigint)
          and place <= openfga.place(${head.number}::integer, ${head.position}::bigint)
        order by place limit ${loadBatchTuples}`.execute(tx)
      // Awaited in the next turn: until then a failure is nobody's.
      reading.catch(() => undefined)
      return reading
    }
    for (let next = readBatch(0); ; ) {
      const { rows } = await next
      const last = rows.at(-1)
      const isLast = last === undefined || rows.length < loadBatchTuples
      // The database reads the next batch while this one is taken in.
      if (!isLast) next = readBatch(Number(last.position))
      onBatch(rows.map(toTuple))
      if (isLast) return head
    }
  })
}
