import {
  type OrganizationId,
  type Principal,
  type PrincipalType,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"

/** A principal as a verified token of that realm would give it. `organization` is where it acts; its own where left out. */
export function testPrincipal(
  facts: Partial<Omit<Principal, "id">> & { readonly home: OrganizationId; readonly subject: string },
): Principal {
  const type: PrincipalType = facts.type ?? "user"
  return {
    type,
    organization: facts.home,
    groups: [],
    realmRoles: [],
    scopes: [],
    sessionId: type === "user" ? "session" : undefined,
    username: undefined,
    email: undefined,
    name: undefined,
    ...facts,
    id: principalId(type, facts.home, facts.subject),
  }
}

/** A platform administrator who acts in an organization. */
export function testPlatformAdministrator(organization: OrganizationId, subject = "operator"): Principal {
  return testPrincipal({
    home: platformOrganizationId,
    organization,
    subject,
    realmRoles: ["platform-admin"],
  })
}
