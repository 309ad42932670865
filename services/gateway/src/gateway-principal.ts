import { type Principal, platformOrganizationId, principalId } from "@gatehouse/contracts"

/**
 * The gateway as a principal: it vouches for itself, and acts in no organization. No token makes anybody else it, whatever
 * the platform's realm calls its clients.
 */
export const gatewayPrincipal: Principal = Object.freeze({
  id: principalId("service", platformOrganizationId, "gateway"),
  type: "service",
  subject: "gateway",
  home: platformOrganizationId,
  organization: platformOrganizationId,
  groups: [],
  realmRoles: [],
  scopes: [],
  sessionId: undefined,
  username: undefined,
  email: undefined,
  name: undefined,
})
