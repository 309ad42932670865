import type { OrganizationId, ProjectRole, ProjectUuid } from "@gatehouse/contracts"
import type { Directory } from "@gatehouse/sdk"

/** A user as the realm lists it. Service accounts are none. */
export interface RealmUser {
  readonly subject: string
  readonly username: string
  readonly email: string | undefined
  readonly name: string | undefined
  readonly enabled: boolean
}

/**
 * What governance asks and changes in the realms, through the identity server's Admin API. Every method works in one
 * organization's realm, ensures rather than creates, and throws `authz.unavailable` or the client's own code where the server
 * cannot be reached.
 */
export interface RealmDirectory extends Directory {
  /** Makes the organization's realm with the platform's clients, groups, roles and mappers. Idempotent. */
  ensureRealm(organization: OrganizationId, realm: { readonly name: string }): Promise<void>
  /** Users in the realm's own order, from the `first`th on. */
  listUsers(
    organization: OrganizationId,
    page: { readonly first: number; readonly limit: number },
  ): Promise<readonly RealmUser[]>
  findUser(organization: OrganizationId, subject: string): Promise<RealmUser | undefined>
  /** Whether the group at that path exists, and whether anyone is in it or below it. */
  findGroup(organization: OrganizationId, path: string): Promise<{ readonly hasMembers: boolean } | undefined>
  /** Makes the group of each role of a project. Idempotent. */
  ensureProjectGroups(
    organization: OrganizationId,
    project: ProjectUuid,
    roles: readonly ProjectRole[],
  ): Promise<void>
  /** Removes the project's groups and what is below them. Idempotent. */
  removeProjectGroups(organization: OrganizationId, project: ProjectUuid): Promise<void>
}
