import {
  type OrganizationId,
  type Principal,
  platformAdministratorRole,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"

/** Services of the platform's own realm, in whose name the plane itself asks. */
function platformService(
  name: string,
  organization: OrganizationId,
  realmRoles: readonly string[],
): Principal {
  return {
    id: principalId("service", platformOrganizationId, name),
    type: "service",
    subject: name,
    home: platformOrganizationId,
    organization,
    groups: [],
    realmRoles,
    scopes: [],
    sessionId: undefined,
    username: undefined,
    email: undefined,
    name: undefined,
  }
}

/** The gateway, asking governance which realms are trusted and what was revoked. It holds no role anywhere. */
export const gatewayPrincipal: Principal = platformService("gateway", platformOrganizationId, [])

/** Who makes the demo's projects: an administrator of the platform, whose every use is audited. */
export function demoPrincipal(organization: OrganizationId): Principal {
  return platformService("demo", organization, [platformAdministratorRole])
}
