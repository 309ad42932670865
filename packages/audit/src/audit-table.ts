import type { ColumnType, Generated } from "kysely"

/** The audit log as a table: who did what to which resource, by which decision. Rows are appended and never changed. */
export interface AuditRecordTable {
  /** UUID of version 7: sorts by time. */
  id: string
  occurred_at: Generated<Date>
  /** OpenFGA id of whoever acted: `user:acme/…`. */
  actor: string
  actor_type: string
  /** Noun and verb: `project.create`. */
  action: string
  resource_type: string
  resource_id: string
  organization: string
  project: string | null
  decision_id: string | null
  request_id: string | null
  outcome: "intent" | "done" | "failed"
  intent_id: string | null
  details: ColumnType<Record<string, unknown>, string, never>
  /** Joins the record to the change beside it, and orders transactions for the chain that is made later. */
  transaction_id: Generated<string>
}

/** What a database type needs for reading the log: `interface MyTables extends AuditTables`. */
export interface AuditTables {
  "audit.record": AuditRecordTable
}
