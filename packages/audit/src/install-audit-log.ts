import { auditMigrations, auditSchema, migrate } from "@gatehouse/postgres"
import type { Kysely } from "kysely"

/**
 * Makes the audit log in a service's own database, where no organization's provisioning does it. The same table, with the same
 * refusal of every change; a second run does nothing.
 */
export async function installAuditLog<DB>(db: Kysely<DB>): Promise<void> {
  await migrate(db, auditSchema, auditMigrations)
}
