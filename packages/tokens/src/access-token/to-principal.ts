import {
  type OrganizationId,
  type Principal,
  platformOrganizationId,
  principalId,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { VerifiedAccessToken } from "./verified-access-token.ts"

/**
 * The principal of a verified token, acting in `organization`. Throws `authz.not_found` where that is not the token's own
 * organization: only principals of the platform realm act elsewhere, and whether a binding lets them in is the caller's
 * check (INVARIANT 2).
 */
export function toPrincipal(token: VerifiedAccessToken, organization: OrganizationId): Principal {
  if (token.organization !== organization && token.organization !== platformOrganizationId)
    throw new GatehouseError("authz.not_found")
  const subject = token.clientId ?? token.subject
  return Object.freeze({
    id: principalId(token.type, token.organization, subject),
    type: token.type,
    subject,
    home: token.organization,
    organization,
    groups: token.groups,
    realmRoles: token.realmRoles,
    scopes: token.scopes,
    sessionId: token.sessionId,
    username: token.username,
    email: token.email,
    name: token.name,
  })
}
