import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import { sql } from "kysely"
import { expect, test } from "vitest"
import { migrations } from "./migrations.ts"
import { createPostgresStorage } from "./postgres-storage.ts"
import { type EngineDatabase, schemaName } from "./schema.ts"

test("a log that had a row for every change is the same log after its rows are shared with the tuples'", async () => {
  await using database = await createTestDatabase()
  const db = createDatabase<EngineDatabase>(
    createPool({ url: database.url, max: 2, applicationName: "test" }),
  )
  try {
    const { "0001_create_tables": first } = migrations
    await migrate(db, schemaName, first ? { "0001_create_tables": first } : {})
    await sql`insert into openfga.store (id, name, head, changed_microseconds) values ('s', 'old', 4, 40)`.execute(
      db,
    )
    // user:a was written, removed and written again; user:b was written once.
    await sql`
      insert into openfga.change (place, changed_microseconds, operation, object, relation, "user", condition_name, condition_context)
      select openfga.place(s.number, n), n * 10, operation, 'document:1', 'owner', "user", condition, context
      from openfga.store s, (values
        (1, 'write', 'user:a', 'x', '{}'), (2, 'write', 'user:b', null, null),
        (3, 'delete', 'user:a', null, null), (4, 'write', 'user:a', 'y', '{"k":1}')
      ) as c(n, operation, "user", condition, context)`.execute(db)
    await sql`
      insert into openfga.tuple (place, written_microseconds, store, object, relation, "user", condition_name, condition_context)
      select c.place, c.changed_microseconds, s.number, object, relation, "user", condition_name, condition_context
      from openfga.change c, openfga.store s where openfga.position(c.place) in (2, 4)`.execute(db)

    await migrate(db, schemaName, migrations)

    const storage = createPostgresStorage(db)
    const key = (name: string) => ({ object: "document:1", relation: "owner", user: `user:${name}` })
    const log = await storage.readChanges("s", { afterPosition: 0, limit: 10 })
    expect(log).toEqual([
      {
        position: 1,
        operation: "write",
        microseconds: 10,
        tuple: { ...key("a"), condition: { name: "x", context: {} } },
      },
      { position: 2, operation: "write", microseconds: 20, tuple: key("b") },
      { position: 3, operation: "delete", microseconds: 30, tuple: key("a") },
      {
        position: 4,
        operation: "write",
        microseconds: 40,
        tuple: { ...key("a"), condition: { name: "y", context: { k: 1 } } },
      },
    ])
    const left = await sql<{
      places: number
    }>`select count(*)::int as places from openfga.past_change`.execute(db)
    expect(left.rows).toEqual([{ places: 2 }])
  } finally {
    await db.destroy()
  }
})
