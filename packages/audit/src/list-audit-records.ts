import type { SelectHandle } from "@gatehouse/postgres"
import type { Selectable } from "kysely"
import type { AuditRecordTable, AuditTables } from "./audit-table.ts"

/** One record of an organization's trail, as it was appended. */
export type AuditRecord = Omit<Selectable<AuditRecordTable>, "transaction_id">

/** Which records of the organization to read: those that agree with every member that is there. */
export interface AuditFilter {
  readonly action?: string
  readonly actor?: string
  readonly resource?: { readonly type: string; readonly id?: string }
  /** Records that are older than this one: the last id of the page before. */
  readonly before?: string
  /** At most so many. */
  readonly limit: number
}

const shown = [
  "id",
  "occurred_at",
  "actor",
  "actor_type",
  "action",
  "resource_type",
  "resource_id",
  "organization",
  "project",
  "decision_id",
  "request_id",
  "outcome",
  "intent_id",
  "details",
] as const satisfies readonly (keyof AuditRecordTable)[]

/**
 * A page of the audit log, newest first. Tenant scope: what the transaction's grant shows, one project's records, or with a grant
 * on the organization all of its records. Only governance's login may read.
 */
export async function listAuditRecords(
  tx: SelectHandle<AuditTables>,
  { action, actor, resource, before, limit }: AuditFilter,
): Promise<AuditRecord[]> {
  let query = tx.selectFrom("audit.record").select(shown).orderBy("id", "desc").limit(limit)
  if (action !== undefined) query = query.where("action", "=", action)
  if (actor !== undefined) query = query.where("actor", "=", actor)
  if (resource !== undefined) query = query.where("resource_type", "=", resource.type)
  if (resource?.id !== undefined) query = query.where("resource_id", "=", resource.id)
  if (before !== undefined) query = query.where("id", "<", before)
  return query.execute()
}
