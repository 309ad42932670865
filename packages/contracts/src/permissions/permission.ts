import type { organizationMatrix, projectMatrix } from "./matrices.ts"

/** Permissions on an organization: its matrix, and seeing that it exists. */
export type OrganizationPermission = keyof typeof organizationMatrix | "can_read"
/** Permissions on a project: its matrix, and changing who holds its roles (owners and admins). */
export type ProjectPermission = keyof typeof projectMatrix | "can_manage_bindings"
/** Permissions on a resource of a project. */
export type ResourcePermission = "can_read" | "can_write" | "can_delete"
/** Every permission there is. */
export type Permission = OrganizationPermission | ProjectPermission | ResourcePermission

/** What a handle may do in the database. Each holds the ones before it. */
export type DatabaseVerb = "select" | "insert_update" | "delete"

/**
 * The database verbs that each permission opens. `can_read` and every `can_view_*` select alone; changing ones add insert and
 * update; `can_delete` adds delete, of the granted object alone.
 */
export const permissionVerb = {
  can_read: "select",
  can_view_dashboards: "select",
  can_view_vulnerabilities: "select",
  can_create_scans: "insert_update",
  can_manage_agents: "insert_update",
  can_manage_users: "insert_update",
  can_manage_settings: "insert_update",
  can_manage_system: "insert_update",
  can_write: "insert_update",
  can_execute: "select",
  can_manage_secrets: "insert_update",
  can_manage_bindings: "insert_update",
  can_delete: "delete",
} as const satisfies Record<Permission, DatabaseVerb>

/** The verb that a grant of this permission opens, as a type. */
export type VerbOf<P extends Permission> = (typeof permissionVerb)[P]

/** Permissions that must be current: their check goes to the server, never to a replica. */
export const currentPermissions: ReadonlySet<Permission> = new Set<Permission>([
  "can_manage_users",
  "can_manage_system",
  "can_manage_bindings",
  "can_manage_secrets",
])
