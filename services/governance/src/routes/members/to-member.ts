import { type Member, type OrganizationId, principalId } from "@gatehouse/contracts"
import type { DirectoryUser } from "@gatehouse/keycloak"

/** A user of the realm as the API shows it. */
export function toMember(organization: OrganizationId, user: DirectoryUser): Member {
  return {
    id: user.subject,
    principal: principalId("user", organization, user.subject),
    username: user.username,
    email: user.email ?? null,
    name: user.name ?? null,
    enabled: user.enabled,
  }
}
