import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { type Kysely, sql } from "kysely"
import { type Migration, Migrator } from "kysely/migration"

/** Tables in which kysely keeps what has run and its lock. */
export const migrationTables = ["kysely_migration", "kysely_migration_lock"] as const

/**
 * Brings a schema up to the given migrations: in the order of their names, all in one transaction, one process at a time,
 * each once. The schema is made if missing, and is the search path while they run. Safe to call at every start.
 * Throws `postgres.schema_newer` where the schema has run migrations that this code does not know, and
 * `postgres.migration_failed`.
 */
export async function migrate<DB>(
  db: Kysely<DB>,
  schema: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  await db.connection().execute(async (connection) => {
    await migrateOnConnection(connection, schema, migrations)
  })
}

/** Like `migrate`, on a connection that the caller holds, as whatever role that is. Returns whether anything ran. */
export async function migrateOnConnection<DB>(
  connection: Kysely<DB>,
  schema: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<boolean> {
  // One lock for each schema of a database. Held by the session, so a process that dies lets go of it.
  const lock = sql`hashtextextended(${`gatehouse migrations of ${schema}`}, 0)`
  await sql`select set_config(name, '0', false) from pg_settings
    where name in ('statement_timeout', 'transaction_timeout', 'lock_timeout')`.execute(connection)
  await sql`select pg_advisory_lock(${lock})`.execute(connection)
  try {
    const executed = await executedMigrations(connection, schema)
    refuseNewer(schema, executed, Object.keys(migrations))
    if (executed.length === Object.keys(migrations).length) return false
    await sql`create schema if not exists ${sql.id(schema)}`.execute(connection)
    await sql`set search_path to ${sql.id(schema)}`.execute(connection)
    await runMigrator(connection, schema, migrations)
    return true
  } finally {
    await sql`select pg_advisory_unlock(${lock})`.execute(connection)
    await sql`reset all`.execute(connection)
  }
}

async function executedMigrations<DB>(connection: Kysely<DB>, schema: string): Promise<string[]> {
  const table = sql.table(`${schema}.${migrationTables[0]}`)
  const found = await sql<{ there: boolean }>`select exists (select from pg_catalog.pg_tables
    where schemaname = ${schema} and tablename = ${migrationTables[0]}) as there`.execute(connection)
  if (found.rows[0]?.there !== true) return []
  const { rows } = await sql<{ name: string }>`select name from ${table} order by name collate "C"`.execute(
    connection,
  )
  return rows.map(({ name }) => name)
}

function refuseNewer(schema: string, executed: readonly string[], known: readonly string[]): void {
  const unknown = executed.filter((name) => !known.includes(name))
  const newest = unknown.at(-1)
  if (newest === undefined) return
  const newestKnown = [...known].sort().at(-1) ?? "none"
  throw new GatehouseError("postgres.schema_newer", {
    publicMessage: `The database's schema ${schema} is at ${newest}, this version of Gatehouse knows ${newestKnown}.`,
    details: { schema, database: newest, code: newestKnown },
  })
}

async function runMigrator<DB>(
  connection: Kysely<DB>,
  schema: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const migrator = new Migrator({
    db: connection,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableSchema: schema,
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results?.find(({ status }) => status === "Error")?.migrationName
  if (isGatehouseError(error) && error.code !== "postgres.query_failed" && failed === undefined) throw error
  throw new GatehouseError("postgres.migration_failed", {
    details: { schema, migration: failed, ...(isGatehouseError(error) ? error.details : {}) },
    cause: error,
  })
}
