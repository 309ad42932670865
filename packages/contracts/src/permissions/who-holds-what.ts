import type { ProjectRole } from "./matrices.ts"

/** Realm groups that hold a role in their organization, by full path. Bound when the organization is created. */
export const organizationGroups = {
  owner: "/org-owners",
  admin: "/org-admins",
  member: "/org-members",
} as const

/** Realm roles that hold a role in their organization, and the contextual relation that a token's role becomes. */
export const realmRoleRelations: ReadonlyMap<string, string> = new Map([
  ["tenant-admin", "tenant_admin_role"],
  ["developer", "developer_role"],
  ["viewer", "viewer_role"],
])

/** The realm role of the platform realm whose holders administer every organization. */
export const platformAdministratorRole = "platform-admin"

/** The realm group that is bound to a role of a project from the start. */
export function projectGroupPath(projectUuid: string, role: ProjectRole): string {
  return `/projects/${projectUuid}/project-${role}s`
}

/** OpenFGA takes 100 contextual tuples; ten stay free for roles, principal and the resource's parent. */
export const maximumBoundGroups = 90
