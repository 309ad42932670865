/** What a permission is asked on. */
export type PermissionObjectType = "organization" | "project"

/** Roles of the first matrix, as realms hold and tokens carry them. */
export const organizationRoles = ["platform-admin", "tenant-admin", "developer", "viewer"] as const
/** A role in an organization; its rights are a column of the matrix. */
export type OrganizationRole = (typeof organizationRoles)[number]

/** Roles that bindings of a project give; each is a relation of the permission model. */
export const projectRoles = ["owner", "admin", "member", "developer", "operator", "viewer"] as const
/** A role in one project; its rights are a column of the matrix. */
export type ProjectRole = (typeof projectRoles)[number]

/** The first matrix: what belongs to no project. A row is a permission, its list the roles that hold it. */
export const organizationMatrix = {
  can_view_dashboards: ["platform-admin", "tenant-admin", "developer", "viewer"],
  can_view_vulnerabilities: ["platform-admin", "tenant-admin", "developer", "viewer"],
  can_create_scans: ["platform-admin", "tenant-admin", "developer"],
  can_manage_agents: ["platform-admin", "tenant-admin"],
  can_manage_users: ["platform-admin", "tenant-admin"],
  can_manage_settings: ["platform-admin", "tenant-admin"],
  can_manage_system: ["platform-admin"],
} as const satisfies Record<string, readonly OrganizationRole[]>

/** The second matrix: inside a project it alone decides. */
export const projectMatrix = {
  can_read: ["owner", "admin", "member", "developer", "operator", "viewer"],
  can_write: ["owner", "admin", "member", "developer"],
  can_delete: ["owner", "admin"],
  can_execute: ["owner", "admin", "member", "developer", "operator"],
  can_manage_secrets: ["owner", "admin"],
} as const satisfies Record<string, readonly ProjectRole[]>
