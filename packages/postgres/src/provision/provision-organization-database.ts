import type { OrganizationId } from "@gatehouse/contracts"
import type { Secret } from "@gatehouse/kernel"
import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"
import { auditMigrations, auditSchema } from "../audit/audit-migrations.ts"
import { closeAuditSchema, closeSchema } from "../migrate/closing-script.ts"
import { migrateOnConnection } from "../migrate/migrate.ts"
import { createDatabase } from "../pool/create-database.ts"
import { createPool, urlOfDatabase } from "../pool/create-pool.ts"
import { quoteIdentifier } from "../sql/identifier.ts"
import { type Administrator, administer, lockFor } from "./administer.ts"
import { ensureDatabase } from "./databases.ts"
import { deriveLoginPassword } from "./login-password.ts"
import { organizationDatabase, organizationLogin, organizationOwner } from "./organization-names.ts"
import { ensureLogin, ensureOwner } from "./roles.ts"

/** What one service keeps in every organization's database. */
export interface OrganizationSchema {
  /** Names the schema and the login: letters, digits and underscores, at most 20. */
  readonly service: string
  /** The key that the login's password is derived from, for each organization another. */
  readonly loginKey: Secret
  /** Run by the owner with the schema as search path. Every table has `org_id text`, and `project_id uuid` where rows have one. */
  readonly migrations: Readonly<Record<string, Migration>>
  /** Resource types, and the table of each: `id uuid`, `project_id uuid`. */
  readonly resources: Readonly<Record<string, { readonly table: string }>>
}

/** The organization, and the services that get a schema and a login in its database. */
export interface OrganizationDatabaseOptions {
  readonly organization: OrganizationId
  readonly services: readonly OrganizationSchema[]
}

/** The one service whose login reads the audit log: it answers for it. */
const auditReader = "governance"

/**
 * Makes or completes the isolated database of one organization: owner, a login and a schema for each service, policies on every
 * table, the audit log. Killed at any step, a second run converges; two runs at once wait for each other. Nothing is removed: a
 * service that is left out keeps what it has.
 * Throws `postgres.migration_failed`, `postgres.schema_newer`, `postgres.table_without_organization`.
 */
export async function provisionOrganizationDatabase(
  adminUrl: Secret,
  { organization, services }: OrganizationDatabaseOptions,
): Promise<void> {
  const database = organizationDatabase(organization)
  const owner = organizationOwner(organization)
  const parts = services.map((service) => ({
    ...service,
    login: organizationLogin(organization, service.service),
  }))
  await administer(adminUrl, undefined, async (administrator) => {
    await lockFor(administrator, database)
    await ensureOwner(administrator, owner)
    for (const { login, loginKey } of parts) {
      await ensureLogin(administrator, login, deriveLoginPassword(loginKey, login))
    }
    const logins = parts.map(({ login }) => login)
    await ensureDatabase(administrator, database, owner, logins)
    for (const { login, service } of parts) await settleSearchPath(administrator, login, database, service)
    await asOwner(adminUrl, database, owner, (connection) => buildSchemas(connection, parts))
  })
}

/** A setting of the login, so that it holds behind a connection pooler too. No schema that others may write to is in it. */
async function settleSearchPath(
  administrator: Administrator,
  login: string,
  database: string,
  schema: string,
): Promise<void> {
  await administrator.query(
    `alter role ${quoteIdentifier(login)} in database ${quoteIdentifier(database)} set search_path = ${quoteIdentifier(schema)}`,
  )
}

async function buildSchemas(
  connection: Kysely<unknown>,
  parts: readonly (OrganizationSchema & { readonly login: string })[],
): Promise<void> {
  await sql`revoke all on schema public from public`.execute(connection)
  const logins = parts.map(({ login }) => login)
  const readers = parts.filter(({ service }) => service === auditReader).map(({ login }) => login)
  await migrateOnConnection(connection, auditSchema, auditMigrations, (tx) =>
    closeAuditSchema(tx, logins, readers),
  )
  for (const { service, migrations, resources, login } of parts) {
    await migrateOnConnection(connection, service, migrations, (tx) =>
      closeSchema(tx, { schema: service, login, resources }),
    )
  }
}

/** One connection to the organization's database, acting as its owner: what migrations make, the owner owns. */
async function asOwner(
  adminUrl: Secret,
  database: string,
  owner: string,
  work: (connection: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  const pool = createPool({
    url: urlOfDatabase(adminUrl, database),
    max: 1,
    applicationName: "gatehouse-provisioning",
  })
  const db = createDatabase<unknown>(pool)
  try {
    await db.connection().execute(async (connection) => {
      await sql`set role ${sql.id(owner)}`.execute(connection)
      await work(connection)
    })
  } finally {
    await db.destroy()
  }
}
