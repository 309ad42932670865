import { randomBytes } from "node:crypto"
import { currentRequestContext } from "@gatehouse/telemetry"
import { type Kysely, sql } from "kysely"
import type { GrantFacts } from "../grants/grant.ts"
import { assertAuditRecord } from "./assert-audit-record.ts"
import type { AuditRecordInput } from "./audit-record.ts"

/** Who did it and under which decision: from the grant, or from a job's own facts. */
export type AuditActor = Pick<GrantFacts, "organization" | "project" | "decisionId"> & {
  readonly principal: Pick<GrantFacts["principal"], "id" | "type">
}

/**
 * Appends a record in the transaction under way and returns its id. The login may insert and not read, so the id is made here:
 * a UUID of version 7, which sorts by time.
 */
export async function appendRecord<DB>(
  tx: Kysely<DB>,
  { principal, organization, project, decisionId }: AuditActor,
  record: AuditRecordInput,
): Promise<string> {
  const details = assertAuditRecord(record)
  const id = uuidVersion7(Date.now())
  const { action, resource, outcome = "done", intentId } = record
  await sql`insert into audit.record (id, actor, actor_type, action, resource_type, resource_id, organization, project,
      decision_id, request_id, outcome, intent_id, details)
    values (${id}::uuid, ${principal.id}, ${principal.type}, ${action}, ${resource.type}, ${resource.id}, ${organization},
      ${project ?? null}::uuid, ${decisionId}, ${currentRequestContext()?.requestId ?? null}, ${outcome},
      ${intentId ?? null}::uuid, ${details}::jsonb)`.execute(tx)
  return id
}

/** RFC 9562 section 5.7: 48 bits of Unix time in milliseconds, version, variant, and 74 random bits. */
function uuidVersion7(unixMilliseconds: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(unixMilliseconds, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
