import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { type Kysely, sql, type Transaction } from "kysely"
import { type Migration, Migrator } from "kysely/migration"

/** Tables in which kysely keeps what has run and its lock. */
export const migrationTables = ["kysely_migration", "kysely_migration_lock"] as const

type Migrations = Readonly<Record<string, Migration>>

/**
 * Brings a schema up to the given migrations: in the order of their names, all in one transaction, one process at a time,
 * each once. The schema is made if missing, and is the search path while they run. Safe to call at every start.
 * Throws `postgres.schema_newer` where the schema has run migrations that this code does not know, and
 * `postgres.migration_failed`.
 */
export async function migrate<DB>(db: Kysely<DB>, schema: string, migrations: Migrations): Promise<void> {
  await db.connection().execute((connection) => migrateOnConnection(connection, schema, migrations))
}

/**
 * Like `migrate`, on a connection that the caller holds, as whatever role that is. `close` runs after the migrations and in
 * their transaction, also when there were none to run: what it refuses has not been migrated.
 */
export async function migrateOnConnection<DB>(
  connection: Kysely<DB>,
  schema: string,
  migrations: Migrations,
  close?: (tx: Transaction<DB>) => Promise<void>,
): Promise<void> {
  await sql`select set_config(name, '0', false) from pg_settings
    where name in ('statement_timeout', 'transaction_timeout', 'lock_timeout')`.execute(connection)
  // Held by the session, one lock for each schema of a database: a process that dies lets go of it.
  await sql`select pg_advisory_lock(hashtextextended(${`gatehouse migrations of ${schema}`}, 0))`.execute(
    connection,
  )
  try {
    const executed = await executedMigrations(connection, schema)
    refuseNewer(schema, executed, Object.keys(migrations))
    const pending = executed.length < Object.keys(migrations).length
    if (!pending && close === undefined) return
    await connection.transaction().execute(async (tx) => {
      if (pending) await runMigrations(tx, schema, migrations)
      await close?.(tx)
    })
  } finally {
    // Kysely's own lock too, which it can't let go of in a transaction that failed.
    await sql`select pg_advisory_unlock_all()`.execute(connection)
    await sql`reset all`.execute(connection)
  }
}

async function executedMigrations<DB>(connection: Kysely<DB>, schema: string): Promise<string[]> {
  const [table] = migrationTables
  const found = await sql<{ there: boolean }>`select exists (select from pg_catalog.pg_tables
    where schemaname = ${schema} and tablename = ${table}) as there`.execute(connection)
  if (found.rows[0]?.there !== true) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.id(schema, table)}
    order by name collate "C"`.execute(connection)
  return rows.map(({ name }) => name)
}

function refuseNewer(schema: string, executed: readonly string[], known: readonly string[]): void {
  const newest = executed.filter((name) => !known.includes(name)).at(-1)
  if (newest === undefined) return
  const newestKnown = [...known].sort().at(-1) ?? "none"
  throw new GatehouseError("postgres.schema_newer", {
    publicMessage: `The database's schema ${schema} is at ${newest}, this version of Gatehouse knows ${newestKnown}.`,
    details: { schema, database: newest, code: newestKnown },
  })
}

async function runMigrations<DB>(tx: Transaction<DB>, schema: string, migrations: Migrations): Promise<void> {
  await sql`create schema if not exists ${sql.id(schema)}`.execute(tx)
  await sql`set local search_path to ${sql.id(schema)}`.execute(tx)
  const failure = new MigrationFailure()
  const migrator = new Migrator({
    db: tx,
    provider: { getMigrations: async () => failure.watch(migrations) },
    migrationTableSchema: schema,
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const cause = failure.cause ?? error
  throw new GatehouseError("postgres.migration_failed", {
    details: { schema, migration: failure.migration, ...(isGatehouseError(cause) ? cause.details : {}) },
    cause,
  })
}

/** Keeps the first error: what follows in the same transaction only says that it is aborted. */
class MigrationFailure {
  migration: string | undefined
  cause: unknown

  watch(migrations: Migrations): Record<string, Migration> {
    const watched = Object.entries(migrations).map(([name, { up }]) => [
      name,
      {
        up: async (db: Parameters<Migration["up"]>[0]) => {
          try {
            await up(db)
          } catch (error) {
            this.migration ??= name
            this.cause ??= error
            throw error
          }
        },
      },
    ])
    return Object.fromEntries(watched) as Record<string, Migration>
  }
}
