import {
  type OrganizationId,
  type Principal,
  platformAdministratorRole,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"

/** Who makes the demo's projects: an administrator of the platform, whose every use is audited. */
export function demoPrincipal(organization: OrganizationId): Principal {
  return {
    id: principalId("service", platformOrganizationId, "demo"),
    type: "service",
    subject: "demo",
    home: platformOrganizationId,
    organization,
    groups: [],
    realmRoles: [platformAdministratorRole],
    scopes: [],
    sessionId: undefined,
    username: undefined,
    email: undefined,
    name: undefined,
  }
}
