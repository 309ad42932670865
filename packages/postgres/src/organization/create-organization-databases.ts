import {
  type DatabaseVerb,
  isUuid,
  type OrganizationId,
  type ProjectUuid,
  permissionVerb,
} from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError, type Secret } from "@gatehouse/kernel"
import { type ControlledTransaction, Kysely, PostgresDialect, sql } from "kysely"
import { appendRecord } from "../audit/append-record.ts"
import type { GrantFacts } from "../grants/grant.ts"
import { readGrant } from "../grants/ledger.ts"
import { createPool } from "../pool/create-pool.ts"
import { deriveLoginPassword } from "../provision/login-password.ts"
import { organizationDatabase, organizationLogin } from "../provision/organization-names.ts"
import { lendingPool } from "./lent-connection.ts"
import type { OrganizationDatabases } from "./organization-databases-interface.ts"
import { createOrganizationPools } from "./organization-pools.ts"
import { scopedHandle } from "./scoped-handle.ts"

/** One service's way into the databases of all organizations. */
export interface OrganizationDatabasesOptions {
  /** The service whose schema and logins these are. */
  readonly service: string
  /** The server without user and database: `postgres://127.0.0.1:8084`. */
  readonly serverUrl: string
  /** The key from which the login's password is derived, the same as at provisioning. */
  readonly loginKey: Secret
  /** Default 4: the embedded server takes 200 connections for everything. */
  readonly maxConnectionsPerOrganization?: number
  /** Organizations with open connections at one time. Default 16. */
  readonly maxOrganizations?: number
}

const defaultConnections = 4
const defaultOrganizations = 16
/** Connections close after 5 idle seconds; the empty pool goes after this. */
const idlePoolMilliseconds = 60_000

/**
 * A service's way into the databases of all organizations. Each is reached through that organization's own login, so no SQL of
 * a transaction reaches another's database, whatever it says.
 */
export function createOrganizationDatabases<DB>(
  options: OrganizationDatabasesOptions,
): OrganizationDatabases<DB> {
  const { service } = options
  const pools = createOrganizationPools<DB>({
    open: (organization) => openDatabase<DB>(options, organization),
    maximumPools: options.maxOrganizations ?? defaultOrganizations,
    idleMilliseconds: idlePoolMilliseconds,
  })
  const use = async <Result>(organization: OrganizationId, work: (db: Kysely<DB>) => Promise<Result>) =>
    pools.use(organization, (db) => work(db).catch(namingProvisioning))

  return {
    withGrant: async (grant, work) => {
      const facts = readGrant(grant)
      const verb = verbOf(facts)
      return use(facts.organization, (db) =>
        inTransaction(db, facts, verb, async (tx) => {
          const result = await work(scopedHandle(tx, facts, verb) as Parameters<typeof work>[0])
          // The request may have ended meanwhile: what it asked for is then not done.
          readGrant(grant)
          return result
        }),
      )
    },
    recordUse: async (grant, record) => {
      const facts = readGrant(grant)
      await use(facts.organization, (db) =>
        inTransaction(db, facts, "insert_update", (tx) => appendRecord(tx, facts, record)),
      )
    },
    resourceProject: async (organization, { table }, id) => {
      if (!isUuid(id)) return undefined
      return use(organization, async (db) => {
        const { rows } = await sql<{ project_id: ProjectUuid }>`
          select project_id from ${sql.id(service, `${table}_parent`)}(${id}::uuid)`.execute(db)
        return rows[0]?.project_id
      })
    },
    close: () => pools.close(),
  }
}

function openDatabase<DB>(
  {
    service,
    serverUrl,
    loginKey,
    maxConnectionsPerOrganization = defaultConnections,
  }: OrganizationDatabasesOptions,
  organization: OrganizationId,
): Kysely<DB> {
  const login = organizationLogin(organization, service)
  const database = organizationDatabase(organization)
  const pool = createPool({
    url: { serverUrl, database, login, password: deriveLoginPassword(loginKey, login) },
    max: maxConnectionsPerOrganization,
    applicationName: `gatehouse-${service}`,
  })
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool: lendingPool(pool) }) })
}

/** INVARIANT 1: a permission that the matrix of verbs does not list opens nothing. */
function verbOf({ permission }: GrantFacts): DatabaseVerb {
  if (!Object.hasOwn(permissionVerb, permission)) throw new GatehouseError("postgres.grant_refused")
  return permissionVerb[permission]
}

/**
 * INVARIANT 9: resolves after COMMIT. A failure rolls back, and the failure that is thrown is the first one.
 * A reading transaction is READ ONLY, which PostgreSQL lets nobody undo once it has run a statement.
 */
async function inTransaction<DB, Result>(
  db: Kysely<DB>,
  facts: GrantFacts,
  verb: DatabaseVerb,
  work: (tx: ControlledTransaction<DB>) => Promise<Result>,
): Promise<Result> {
  const accessMode = verb === "select" ? "read only" : "read write"
  const tx = await db.startTransaction().setAccessMode(accessMode).execute()
  try {
    await scopeTransaction(tx, facts, verb)
    const result = await work(tx)
    await tx.commit().execute()
    return result
  } catch (error) {
    if (!tx.isCommitted && !tx.isRolledBack) {
      await tx
        .rollback()
        .execute()
        .catch(() => {})
    }
    throw error
  }
}

/** What the policies read. Local to the transaction (`true`), so nothing of it stays on the connection. */
async function scopeTransaction<DB>(
  tx: ControlledTransaction<DB>,
  { organization, project, object }: GrantFacts,
  verb: DatabaseVerb,
): Promise<void> {
  await sql`select set_config('gatehouse.org_id', ${organization}, true),
    set_config('gatehouse.project_id', ${project ?? ""}, true),
    set_config('gatehouse.verbs', ${verb}, true),
    set_config('gatehouse.object_id', ${object.id}, true)`.execute(tx)
}

/** No such database, or no such login in it. */
const notProvisioned = new Set(["3D000", "28P01", "28000", "3F000"])

function namingProvisioning(error: unknown): never {
  if (isGatehouseError(error) && notProvisioned.has(String(error.details.sqlState))) {
    throw new GatehouseError("postgres.organization_not_provisioned", {
      details: error.details,
      cause: error,
    })
  }
  if (error instanceof Error && error.name === "AbortedTransactionError") {
    throw new GatehouseError("postgres.query_failed", {
      publicMessage: "A statement failed and its error was swallowed, so the transaction was rolled back.",
    })
  }
  throw error
}
