import { revealSecret } from "@gatehouse/kernel"
import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../pool/create-database.ts"
import { createPool } from "../pool/create-pool.ts"
import { createTestDatabase, type TestDatabase } from "../testing/create-test-database.ts"
import { migrate } from "./migrate.ts"

let database: TestDatabase
let db: Kysely<unknown>
beforeEach(async () => {
  database = await createTestDatabase()
  db = open()
})
afterEach(async () => {
  await db.destroy()
  await database.drop()
})

function open(): Kysely<unknown> {
  return createDatabase<unknown>(createPool({ url: database.url, max: 2, applicationName: "test" }))
}

const step = (statement: string): Migration => ({
  up: async (schema) => {
    await sql.raw(statement).execute(schema)
  },
})
const first = { "0001-first": step("create table first (id int)") }
const second = {
  ...first,
  "0002-second": step("alter table first add column name text; insert into first values (1, 'one')"),
}

async function rowsOf(schema: string): Promise<unknown[]> {
  const { rows } = await sql`select * from ${sql.id(schema, "first")}`.execute(db)
  return rows
}

test("migrations run in the order of their names, each once, and a second run does nothing", async () => {
  await migrate(db, "inventory", first)
  await migrate(db, "inventory", second)
  await migrate(db, "inventory", second)
  expect(await rowsOf("inventory")).toEqual([{ id: 1, name: "one" }])
})

test("two schemas of one database keep their migrations apart", async () => {
  await migrate(db, "one", second)
  await migrate(db, "two", second)
  expect([await rowsOf("one"), await rowsOf("two")]).toEqual([
    [{ id: 1, name: "one" }],
    [{ id: 1, name: "one" }],
  ])
})

test("several processes at once run each migration once", async () => {
  const others = Array.from({ length: 5 }, open)
  await Promise.all(others.map((other) => migrate(other, "inventory", second)))
  await Promise.all(others.map((other) => other.destroy()))
  expect(await rowsOf("inventory")).toEqual([{ id: 1, name: "one" }])
})

test("a migration that fails is named, leaves nothing behind, and can be run again when it is mended", async () => {
  const broken = { ...second, "0003-broken": step("create table third (id int); select 1/0") }
  await expect(migrate(db, "inventory", broken)).rejects.toMatchObject({
    code: "postgres.migration_failed",
    details: { schema: "inventory", migration: "0003-broken", sqlState: "22012" },
  })
  const { rows } = await sql`select 1 from pg_namespace where nspname = 'inventory'`.execute(db)
  expect(rows).toEqual([])
  await migrate(db, "inventory", { ...second, "0003-broken": step("create table third (id int)") })
  expect(await rowsOf("inventory")).toHaveLength(1)
})

test("a schema that is newer than the code is refused, with both versions named, and is left as it is", async () => {
  await migrate(db, "inventory", second)
  await expect(migrate(db, "inventory", first)).rejects.toMatchObject({
    code: "postgres.schema_newer",
    message: expect.stringMatching(/inventory.*0002-second.*0001-first/),
    details: { schema: "inventory", database: "0002-second", code: "0001-first" },
  })
  expect(await rowsOf("inventory")).toHaveLength(1)
})

test("a connection that migrated is as it was before, its search path and locks included", async () => {
  const single = createDatabase<unknown>(createPool({ url: database.url, max: 1, applicationName: "test" }))
  await migrate(single, "inventory", second)
  const { rows } = await sql`select current_setting('search_path') as path,
    (select count(*)::int from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())) as locks`.execute(single)
  await single.destroy()
  expect(rows).toEqual([{ path: '"$user", public', locks: 0 }])
})

test("the name of a schema is quoted, whatever it is", async () => {
  await migrate(db, `x"; drop schema public; --`, second)
  expect(await rowsOf(`x"; drop schema public; --`)).toHaveLength(1)
  expect(revealSecret(database.url)).toContain(database.name)
})
