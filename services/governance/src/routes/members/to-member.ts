import { type Member, type OrganizationId, principalId } from "@gatehouse/contracts"
import type { RealmUser } from "../../directory/realm-directory.ts"

/** A user of the realm as the API shows it. */
export function toMember(organization: OrganizationId, user: RealmUser): Member {
  return {
    id: user.subject,
    principal: principalId("user", organization, user.subject),
    username: user.username,
    email: user.email ?? null,
    name: user.name ?? null,
    enabled: user.enabled,
  }
}
