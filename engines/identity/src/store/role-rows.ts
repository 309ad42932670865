import { sql } from "kysely"
import type { StoreScope } from "./scope.ts"
import type { RealmId, Role } from "./types.ts"

/** A row of roles as they are read. */
export interface RoleRow {
  readonly id: string
  readonly realm_id: string
  readonly client_id: string | null
  readonly name: string
  readonly description: string | null
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly composite: boolean
}

/** The roles of a realm, its clients' among them. */
export function roleRows({ database }: StoreScope, realmId: RealmId) {
  return database
    .selectFrom("identity.role as r")
    .select(["r.id", "r.realm_id", "r.client_id", "r.name", "r.description", "r.attributes"])
    .select(
      sql<boolean>`exists (select 1 from identity.role_composite c where c.parent_id = r.id)`.as("composite"),
    )
    .where("r.realm_id", "=", realmId)
}

/** The roles of one client, or those of the realm itself. */
export function rolesOfClient(scope: StoreScope, realmId: RealmId, clientUuid: string | undefined) {
  return roleRows(scope, realmId).where((where) =>
    clientUuid === undefined ? where("r.client_id", "is", null) : where("r.client_id", "=", clientUuid),
  )
}

/** A row as a role. */
export function toRole(row: RoleRow): Role {
  return {
    id: row.id,
    realmId: row.realm_id,
    clientUuid: row.client_id ?? undefined,
    name: row.name,
    description: row.description ?? undefined,
    composite: row.composite,
    attributes: row.attributes,
  }
}
