import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import type { Kysely } from "kysely"
import { migrations } from "../storage/migrations.ts"
import { createPostgresStorage } from "../storage/postgres-storage.ts"
import { type EngineDatabase, schemaName } from "../storage/schema.ts"
import type { Storage } from "../storage/storage.ts"

/** The engine's storage without an engine, on a database of its own that goes with it. */
export interface TestStorage extends AsyncDisposable {
  readonly storage: Storage
  readonly db: Kysely<EngineDatabase>
}

export async function openTestStorage(): Promise<TestStorage> {
  const database = await createTestDatabase()
  const db = createDatabase<EngineDatabase>(
    createPool({ url: database.url, max: 4, applicationName: "test" }),
  )
  await migrate(db, schemaName, migrations)
  return {
    storage: createPostgresStorage(db),
    db,
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await database[Symbol.asyncDispose]()
    },
  }
}
