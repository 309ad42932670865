import { principalId } from "./ids/fga-id.ts"
import { type OrganizationId, platformOrganizationId } from "./ids/organization.ts"
import type { Principal } from "./principal.ts"

/**
 * A part of the platform that acts as itself, with no token of a realm behind it: a service of the platform's own realm.
 * Tenant scope: `organization` is where it acts. Without realm roles it may do nothing that a permission guards.
 */
export function platformService(
  name: string,
  organization: OrganizationId,
  realmRoles: readonly string[] = [],
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

/**
 * The gateway as a principal, to which `/internal/…` answers: it vouches for itself, and acts in no organization. No token
 * makes anybody else it, whatever the platform's realm calls its clients.
 */
export const gatewayPrincipal: Principal = Object.freeze(platformService("gateway", platformOrganizationId))
