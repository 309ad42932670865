import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import type { OrganizationSchema } from "@gatehouse/postgres"
import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

/** A project is `creating` until its groups and relationships exist, and `deleting` until they are gone. */
export type ProjectState = "creating" | "active" | "deleting"

/** Projects, in each organization's own database. */
export interface ProjectTable {
  org_id: OrganizationId
  id: ProjectUuid
  name: string
  state: ProjectState
  created_at: Date
  updated_at: Date
  created_by: string
}

/** The service's schema in every organization's database. */
export interface OrganizationTables {
  project: ProjectTable
}

/** Names that one organization gives twice are refused by this constraint. */
export const projectNameConstraint = "project_name_key"

/** Migrations of the service's schema in an organization's database. Policies are put on every table by the closing script. */
const organizationMigrations: Readonly<Record<string, Migration>> = {
  "0001-projects": {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable("project")
        .addColumn("org_id", "text", (column) => column.notNull())
        .addColumn("id", "uuid", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) =>
          column.notNull().check(sql`state in ('creating', 'active', 'deleting')`),
        )
        .addColumn("created_at", "timestamptz", (column) => column.notNull())
        .addColumn("updated_at", "timestamptz", (column) => column.notNull())
        .addColumn("created_by", "text", (column) => column.notNull())
        .addUniqueConstraint(projectNameConstraint, ["org_id", "name"])
        .execute()
      await db.schema
        .createIndex("project_order")
        .on("project")
        .columns(["org_id", "created_at", "id"])
        .execute()
    },
  },
}

/** What provisioning makes of this service in an organization's database. */
export const governanceOrganizationSchema = {
  service: "governance",
  migrations: organizationMigrations,
  resources: {},
} satisfies Omit<OrganizationSchema, "loginKey">
