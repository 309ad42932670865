import type { OrganizationId } from "@gatehouse/contracts"
import type { Directory } from "@gatehouse/keycloak"

/**
 * What governance asks and changes in the realms: of the directory what it needs, and making a realm. Every method works in
 * one organization's realm and ensures rather than creates.
 */
export interface RealmDirectory extends Omit<Directory, "principalFacts"> {
  /** Makes the organization's realm with the platform's clients, groups, roles and mappers. Idempotent. */
  ensureRealm(organization: OrganizationId, realm: { readonly name: string }): Promise<void>
}
