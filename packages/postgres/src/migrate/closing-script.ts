import { createHash } from "node:crypto"
import { GatehouseError } from "@gatehouse/kernel"
import { type Kysely, sql } from "kysely"
import { auditSchema } from "../audit/audit-migrations.ts"
import { quoteIdentifier, quoteLiteral } from "../sql/identifier.ts"
import { migrationTables } from "./migrate.ts"
import {
  auditStatements,
  auditTriggerStatements,
  parentFunctionStatements,
  policyPrefix,
  policyStatements,
  type TableFacts,
} from "./policies.ts"

/** The schema of one service, as the closing script needs to know it. */
export interface ClosingOptions {
  readonly schema: string
  readonly login: string
  readonly resources: Readonly<Record<string, { readonly table: string }>>
}

/**
 * Guards everything in a service's schema, whatever its migrations made: row-level security and the audit trigger on every table,
 * rights for the one login, parent functions for resources. Runs as the owner. Throws `postgres.table_without_organization` for
 * anything that can't be guarded.
 */
export async function closeSchema<DB>(connection: Kysely<DB>, options: ClosingOptions): Promise<void> {
  const tables = await readTables(connection, options.schema)
  await refuseUnguardable(connection, options, tables)
  const views = await readViews(connection, options.schema)
  await applyGuards(connection, options.schema, closingStatements(options, tables, views))
}

/** Guards the audit log: what `logins` may append and `readers` may read. */
export async function closeAuditSchema<DB>(
  connection: Kysely<DB>,
  logins: readonly string[],
  readers: readonly string[],
): Promise<void> {
  await applyGuards(connection, auditSchema, auditStatements(logins, readers))
}

/**
 * Nothing is touched, and no lock taken, while the schema is as the last run left it: script and catalog are compared by digest.
 * So a policy that was dropped by hand is put back, and a running system is not held up.
 */
async function applyGuards<DB>(
  connection: Kysely<DB>,
  schema: string,
  statements: readonly string[],
): Promise<void> {
  const wanted = digest(statements.join(";\n"))
  if ((await readMark(connection, schema)) === `${wanted} ${await fingerprint(connection, schema)}`) return
  for (const statement of await dropStatements(connection, schema)) await run(connection, statement)
  for (const statement of statements) await run(connection, statement)
  const mark = `${wanted} ${await fingerprint(connection, schema)}`
  await run(connection, `comment on schema ${quoteIdentifier(schema)} is ${quoteLiteral(mark)}`)
}

function closingStatements(
  { schema, login, resources }: ClosingOptions,
  tables: readonly TableFacts[],
  views: readonly string[],
): string[] {
  const [home, role] = [quoteIdentifier(schema), quoteIdentifier(login)]
  const resourceTables = [...new Set(Object.values(resources).map(({ table }) => table))].sort()
  return [
    `revoke all on schema ${home} from public`,
    `revoke all on all tables in schema ${home} from public, ${role}`,
    `grant usage on schema ${home} to ${role}`,
    `grant usage on all sequences in schema ${home} to ${role}`,
    ...tables.flatMap((table) => [
      ...policyStatements(schema, table),
      ...auditTriggerStatements(schema, table),
      `grant select, insert, update, delete on ${home}.${quoteIdentifier(table.name)} to ${role}`,
    ]),
    // A view that runs as its owner would step over every policy below it.
    ...views.flatMap((view) => [
      `alter view ${home}.${quoteIdentifier(view)} set (security_invoker = true)`,
      `grant select on ${home}.${quoteIdentifier(view)} to ${role}`,
    ]),
    ...resourceTables.flatMap((table) => parentFunctionStatements(schema, table, login)),
  ]
}

async function readTables<DB>(connection: Kysely<DB>, schema: string): Promise<TableFacts[]> {
  const { rows } = await sql<TableFacts>`select c.relname as name, c.relispartition as "isPartition",
      (select coalesce(json_object_agg(a.attname, t.typname), '{}') from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c where c.relnamespace = ${schema}::regnamespace and c.relkind in ('r', 'p')
      and c.relname <> all (${[...migrationTables]}) order by c.relname`.execute(connection)
  return rows
}

async function readViews<DB>(connection: Kysely<DB>, schema: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind = 'v' order by relname`.execute(connection)
  return rows.map(({ name }) => name)
}

/** Tables without an organization, what knows no policies, and functions that would step over them. */
async function refuseUnguardable<DB>(
  connection: Kysely<DB>,
  { schema, resources }: ClosingOptions,
  tables: readonly TableFacts[],
): Promise<void> {
  for (const { name, columns } of tables) {
    if (columns.org_id === undefined) refuse(schema, name, `Table ${schema}.${name} has no column org_id.`)
    if ((columns.project_id ?? "uuid") !== "uuid")
      refuse(schema, name, `Column project_id of ${schema}.${name} is no uuid.`)
  }
  for (const { table } of Object.values(resources)) {
    const columns = tables.find(({ name }) => name === table)?.columns
    if (columns?.id !== "uuid" || columns.project_id !== "uuid") {
      refuse(
        schema,
        table,
        `Table ${schema}.${table} holds resources and needs id and project_id, both uuid.`,
      )
    }
  }
  const parents = Object.values(resources).map(({ table }) => `${table}_parent`)
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class
      where relnamespace = ${schema}::regnamespace and relkind in ('m', 'f')
    union all select proname from pg_proc
      where pronamespace = ${schema}::regnamespace and prosecdef and proname <> all (${parents})`.execute(
    connection,
  )
  const [first] = rows
  if (first !== undefined) {
    refuse(
      schema,
      first.name,
      `${schema}.${first.name} would show rows past their policies: materialized views, foreign tables and functions of their owner's rights are not allowed.`,
    )
  }
}

function refuse(schema: string, table: string, publicMessage: string): never {
  throw new GatehouseError("postgres.table_without_organization", {
    publicMessage,
    details: { schema, table },
  })
}

async function dropStatements<DB>(connection: Kysely<DB>, schema: string): Promise<string[]> {
  const { rows } = await sql<{
    policy: string
    table: string
  }>`select policyname as policy, tablename as table
    from pg_policies where schemaname = ${schema} and starts_with(policyname, ${policyPrefix})`.execute(
    connection,
  )
  return rows.map(
    ({ policy, table }) =>
      `drop policy ${quoteIdentifier(policy)} on ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
  )
}

/** Everything that guards the schema, in one value: a policy dropped by hand shows, and is put back. */
async function fingerprint<DB>(connection: Kysely<DB>, schema: string): Promise<string> {
  const { rows } = await sql<{
    digest: string
  }>`select md5(coalesce(string_agg(line, E'\n' order by line), '')) as digest from (
      select concat_ws(' ', 'policy', tablename, policyname, permissive, roles, cmd, qual, with_check) as line
        from pg_policies where schemaname = ${schema}
      union all select concat_ws(' ', 'relation', relname, relkind, relrowsecurity, relacl, reloptions)
        from pg_class where relnamespace = ${schema}::regnamespace
      union all select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(t.oid))
        from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = ${schema}::regnamespace and not tgisinternal
      union all select concat_ws(' ', 'function', pg_get_functiondef(oid), proacl)
        from pg_proc where pronamespace = ${schema}::regnamespace and prokind in ('f', 'p')
      union all select concat_ws(' ', 'schema', nspacl) from pg_namespace where nspname = ${schema}
    ) as guards`.execute(connection)
  return rows[0]?.digest ?? ""
}

async function readMark<DB>(connection: Kysely<DB>, schema: string): Promise<string | undefined> {
  const { rows } = await sql<{
    mark: string | null
  }>`select obj_description(${schema}::regnamespace, 'pg_namespace') as mark`.execute(connection)
  return rows[0]?.mark ?? undefined
}

function digest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex")
}

async function run<DB>(connection: Kysely<DB>, statement: string): Promise<void> {
  await sql.raw(statement).execute(connection)
}
