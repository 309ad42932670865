import { randomUUID } from "node:crypto"
import type { OrganizationId, ProjectRole, ProjectUuid } from "@gatehouse/contracts"
import type { Kysely } from "kysely"
import type { RegistryTables } from "../database/registry-schema.ts"

/** A change that touches an outside engine, as it was accepted. */
export type Change =
  | { readonly kind: "project.create"; readonly project: ProjectUuid; readonly owner: string | undefined }
  | { readonly kind: "project.delete"; readonly project: ProjectUuid }
  | {
      readonly kind: "binding.add" | "binding.remove"
      readonly project: ProjectUuid
      readonly role: ProjectRole
      readonly subject: string
    }

/** A change under way. */
export interface PendingChange {
  readonly id: string
  readonly organization: OrganizationId
  readonly change: Change
  /** The principal who asked for it. */
  readonly requestedBy: string
}

/**
 * What has begun at an outside engine and not ended. A change is entered before its first step and struck out after its last, so
 * that whatever kills the process, a later start knows what to complete. Each change can be carried out again from its
 * beginning. It holds ids alone; what happened is in the organization's audit log (INVARIANT 4).
 */
export interface Journal {
  enter(entry: Omit<PendingChange, "id">): Promise<PendingChange>
  strike(id: string): Promise<void>
  /** What is pending on one project, oldest first. */
  pendingOn(organization: OrganizationId, project: ProjectUuid): Promise<PendingChange[]>
  /** Everything that is pending, oldest first. */
  pending(): Promise<PendingChange[]>
}

/** The journal in the service's own database. */
export function createJournal(db: Kysely<RegistryTables>): Journal {
  const select = () => db.selectFrom("pending_change").selectAll().orderBy("begun_at").orderBy("id")
  return {
    enter: async (entry) => {
      const id = randomUUID()
      await db
        .insertInto("pending_change")
        .values({
          id,
          organization: entry.organization,
          kind: entry.change.kind,
          subject: entry.change.project,
          payload: JSON.stringify(entry.change),
          requested_by: entry.requestedBy,
          begun_at: new Date(),
        })
        .execute()
      return { id, ...entry }
    },
    strike: async (id) => {
      await db.deleteFrom("pending_change").where("id", "=", id).execute()
    },
    pendingOn: async (organization, project) => {
      const rows = await select()
        .where("organization", "=", organization)
        .where("subject", "=", project)
        .execute()
      return rows.map(toPendingChange)
    },
    pending: async () => (await select().execute()).map(toPendingChange),
  }
}

function toPendingChange(row: {
  id: string
  organization: OrganizationId
  payload: unknown
  requested_by: string
}): PendingChange {
  return {
    id: row.id,
    organization: row.organization,
    change: row.payload as Change,
    requestedBy: row.requested_by,
  }
}
