import { type Migration, sql } from "@gatehouse/sdk"

/** The schema `hello` in an organization's database. Row-level security is added by the provisioning to every table. */
export const helloMigrations: Record<string, Migration> = {
  "0001-greetings": {
    async up(db) {
      await db.schema
        .createTable("greeting")
        .addColumn("id", "uuid", (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
        .addColumn("org_id", "text", (column) => column.notNull())
        .addColumn("project_id", "uuid", (column) => column.notNull())
        .addColumn("text", "text", (column) => column.notNull())
        .execute()
    },
  },
}
