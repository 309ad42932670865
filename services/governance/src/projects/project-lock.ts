import type { ProjectUuid } from "@gatehouse/contracts"
import type { SelectHandle } from "@gatehouse/postgres"
import { sql } from "kysely"
import type { OrganizationTables } from "../database/organization-schema.ts"

/**
 * Waits until no other transaction changes who holds the project's roles, and keeps others out until this one ends. Every
 * change of bindings, and a project's deletion, goes through it, so that each sees what the ones before it did.
 */
export async function lockProject(tx: SelectHandle<OrganizationTables>, project: ProjectUuid): Promise<void> {
  const key = sql<string>`hashtextextended(${`gatehouse project ${project}`}, 0)`
  await tx.selectNoFrom(sql`pg_advisory_xact_lock(${key})`.as("locked")).executeTakeFirst()
}
