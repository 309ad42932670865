import { type AuditActor, type AuditRecordInput, appendRecord } from "@gatehouse/postgres"
import type { Transaction } from "kysely"

/**
 * Appends the record of a change in a service's own database, in the transaction of that change (INVARIANT 4), and returns its
 * id. In an organization's database `tx.audit` does it, from the grant. Throws `postgres.audit_record_refused`.
 */
export async function appendAuditRecord<DB>(
  tx: Transaction<DB>,
  actor: AuditActor,
  record: AuditRecordInput,
): Promise<string> {
  return appendRecord(tx, actor, record)
}
