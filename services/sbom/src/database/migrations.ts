import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

/**
 * The service's schema in an organization's database, run by its owner with the schema as search path. Row-level security is
 * put on every table by the provisioning's closing script, not here.
 */
export const sbomMigrations: Readonly<Record<string, Migration>> = {
  "0001-documents-and-components": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("sbom")
        .addColumn("id", "uuid", (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
        .addColumn("org_id", "text", (column) => column.notNull())
        .addColumn("project_id", "uuid", (column) => column.notNull())
        .addColumn("format", "text", (column) => column.notNull())
        .addColumn("format_version", "text", (column) => column.notNull())
        .addColumn("name", "text")
        .addColumn("version", "text")
        .addColumn("serial", "text")
        .addColumn("component_count", "integer", (column) => column.notNull())
        .addColumn("size_bytes", "integer", (column) => column.notNull())
        .addColumn("sha256", "text", (column) => column.notNull())
        .addColumn("created_at", "timestamptz", (column) => column.notNull())
        .addColumn("created_by", "text", (column) => column.notNull())
        // What the children's keys name, so that no child can stand in another project than its document.
        .addUniqueConstraint("sbom_place", ["id", "org_id", "project_id"])
        .execute()
      await db.schema
        .createIndex("sbom_newest")
        .on("sbom")
        .columns(["project_id", "created_at desc", "id desc"])
        .execute()
      await db.schema
        .createTable("document")
        .addColumn("sbom_id", "uuid", (column) => column.primaryKey())
        .addColumn("org_id", "text", (column) => column.notNull())
        .addColumn("project_id", "uuid", (column) => column.notNull())
        .addColumn("content_type", "text", (column) => column.notNull())
        .addColumn("content", "bytea", (column) => column.notNull())
        .addForeignKeyConstraint(
          "document_sbom",
          ["sbom_id", "org_id", "project_id"],
          "sbom",
          ["id", "org_id", "project_id"],
          (constraint) => constraint.onDelete("cascade"),
        )
        .execute()
      await createComponentTable(db)
    },
  },
}

async function createComponentTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("component")
    .addColumn("sbom_id", "uuid", (column) => column.notNull())
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("org_id", "text", (column) => column.notNull())
    .addColumn("project_id", "uuid", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("component_group", "text")
    .addColumn("version", "text")
    .addColumn("type", "text")
    .addColumn("purl", "text")
    .addColumn("purl_base", "text")
    .addColumn("purl_version", "text")
    .addColumn("purl_qualifiers", "jsonb")
    .addColumn("purl_subpath", "text")
    .addColumn("licenses", "jsonb", (column) => column.notNull())
    .addColumn("hashes", "jsonb", (column) => column.notNull())
    .addPrimaryKeyConstraint("component_pkey", ["sbom_id", "position"])
    .addForeignKeyConstraint(
      "component_sbom",
      ["sbom_id", "org_id", "project_id"],
      "sbom",
      ["id", "org_id", "project_id"],
      (constraint) => constraint.onDelete("cascade"),
    )
    .execute()
  await db.schema
    .createIndex("component_purl")
    .on("component")
    .columns(["project_id", "purl_base", "sbom_id", "position"])
    .execute()
}
