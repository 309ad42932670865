import { randomBytes, randomUUID } from "node:crypto"
import type { OrganizationId, Permission, Principal, PrincipalId, ProjectUuid } from "@gatehouse/contracts"
import { type Clock, revealSecret, Secret } from "@gatehouse/kernel"
import { type Generated, type Kysely, sql } from "kysely"
import { type Grant, mintGrant, openRequest, type RequestLifetime } from "../grants.ts"
import { createOrganizationDatabases } from "../organization/create-organization-databases.ts"
import type { OrganizationDatabases } from "../organization/organization-databases-interface.ts"
import { connectionUrl } from "../pool/create-pool.ts"
import { RewrappingClient } from "../pool/rewrapping-client.ts"
import { deriveLoginPassword } from "../provision/login-password.ts"
import { organizationDatabase, organizationLogin } from "../provision/organization-names.ts"
import {
  type OrganizationSchema,
  provisionOrganizationDatabase,
} from "../provision/provision-organization-database.ts"
import { testAdminUrl, uniqueName } from "./create-test-database.ts"

/** A service's tables, one of each kind that the closing script tells apart. */
export interface FixtureTables {
  /** A resource of a project. */
  scan: { id: Generated<string>; org_id: string; project_id: string; target: string }
  /** Hangs on a scan by foreign key and has no id of its own. */
  finding: { scan_id: string; org_id: string; project_id: string; text: string }
  /** Belongs to the organization, its rows are projects. */
  project: { id: string; org_id: string; name: string }
  /** Belongs to the organization, its rows are named by text. */
  label: { id: string; org_id: string }
}

export const fixtureService = "scans"

const migrations: OrganizationSchema["migrations"] = {
  "0001-tables": {
    up: async (db: Kysely<unknown>) => {
      await sql`create table scan (id uuid primary key default gen_random_uuid(), org_id text not null,
        project_id uuid not null, target text not null, constraint scan_target unique (target))`.execute(db)
      await sql`create table finding (scan_id uuid not null references scan on delete cascade, org_id text not null,
        project_id uuid not null, text text not null)`.execute(db)
      await sql`create table project (id uuid primary key, org_id text not null, name text not null)`.execute(
        db,
      )
      await sql`create table label (id text primary key, org_id text not null)`.execute(db)
    },
  },
}

/** The service's part of every organization's database. */
export function fixtureSchema(
  loginKey: Secret,
  changes: Partial<OrganizationSchema> = {},
): OrganizationSchema {
  return { service: fixtureService, loginKey, migrations, resources: { scan: { table: "scan" } }, ...changes }
}

/** A service with the databases of as many organizations as were asked for. */
export interface OrganizationFixture {
  readonly loginKey: Secret
  readonly serverUrl: string
  readonly organizations: readonly OrganizationId[]
  readonly databases: OrganizationDatabases<FixtureTables>
  /** A connection with the service's own login of this organization, to `database` where it names another one. */
  connect(organization: OrganizationId, database?: string, service?: string): Promise<RewrappingClient>
  close(): Promise<void>
}

/** Provisions organizations with names of their own on the run's cluster. */
export async function createOrganizationFixture(names: readonly string[]): Promise<OrganizationFixture> {
  const loginKey = new Secret(randomBytes(32).toString("hex"))
  const serverUrl = `postgres://${new URL(revealSecret(testAdminUrl())).host}`
  const organizations = names.map((name) => uniqueName(name) as OrganizationId)
  for (const organization of organizations) {
    await provisionOrganizationDatabase(testAdminUrl(), { organization, services: [fixtureSchema(loginKey)] })
  }
  const databases = createOrganizationDatabases<FixtureTables>({
    service: fixtureService,
    serverUrl,
    loginKey,
  })
  return {
    loginKey,
    serverUrl,
    organizations,
    databases,
    connect: async (
      organization,
      database = organizationDatabase(organization),
      service = fixtureService,
    ) => {
      const login = organizationLogin(organization, service)
      const url = connectionUrl({
        serverUrl,
        database,
        login,
        password: deriveLoginPassword(loginKey, login),
      })
      const client = new RewrappingClient({ connectionString: revealSecret(url) })
      await client.connect()
      return client
    },
    close: () => databases.close(),
  }
}

export interface TestGrantOptions {
  readonly organization: OrganizationId
  readonly project?: ProjectUuid | undefined
  readonly object?: { readonly type: string; readonly id: string }
  readonly lifetime?: RequestLifetime
  readonly clock?: Clock
}

/** A grant as `requirePermission` would mint it; by default on the project, or without one on the organization. */
export function testGrant<P extends Permission>(permission: P, options: TestGrantOptions): Grant<P> {
  const { organization, project, lifetime = openRequest(), clock } = options
  const whole =
    project === undefined ? { type: "organization", id: organization } : { type: "project", id: project }
  const facts = {
    permission,
    organization,
    project,
    object: options.object ?? whole,
    principal: testPrincipal(organization),
    decisionId: `decision-${permission}`,
  }
  return clock === undefined ? mintGrant(lifetime, facts) : mintGrant(lifetime, facts, clock)
}

export function testPrincipal(organization: OrganizationId): Principal {
  return {
    id: `user:${organization}/developer` as PrincipalId,
    type: "user",
    subject: "developer",
    home: organization,
    organization,
    groups: [],
    realmRoles: [],
    scopes: [],
    sessionId: undefined,
    username: "developer",
    email: undefined,
    name: undefined,
  }
}

export function newProject(): ProjectUuid {
  return randomUUID() as ProjectUuid
}
