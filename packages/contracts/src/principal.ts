import type { PrincipalId, PrincipalType } from "./ids/fga-id.ts"
import type { OrganizationId } from "./ids/organization.ts"

/**
 * Who asks, as a verified credential says. Made by verification alone.
 * Tenant scope: `organization` is where the principal acts; `home` is the realm that vouches for it. They differ only for
 * principals of the platform realm.
 */
export interface Principal {
  readonly id: PrincipalId
  readonly type: PrincipalType
  /** The realm's own name for it: `sub` of a user, client id of a service. */
  readonly subject: string
  readonly home: OrganizationId
  readonly organization: OrganizationId
  /** Full paths of realm groups, as the token lists them. */
  readonly groups: readonly string[]
  readonly realmRoles: readonly string[]
  readonly scopes: readonly string[]
  readonly sessionId: string | undefined
  readonly username: string | undefined
  readonly email: string | undefined
  readonly name: string | undefined
}
