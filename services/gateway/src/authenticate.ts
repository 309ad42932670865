import {
  gatewayPrincipal,
  type OrganizationId,
  type Principal,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import { decide } from "@gatehouse/sdk/decision"
import { type AccessTokenVerifier, readBearerToken, toPrincipal } from "@gatehouse/tokens"
import type { RequestHeaders } from "./request/request-headers.ts"

/** One request's credential and the organization whose host it came to. */
export interface AuthenticationQuery {
  readonly headers: RequestHeaders
  /** The organization that the host names; undefined where it names none. */
  readonly host: OrganizationId | undefined
  readonly tokens: Pick<AccessTokenVerifier, "verify">
  readonly authorizer: Authorizer
}

/**
 * Who asks, and in which organization (INVARIANT 2): the issuer's, always. On another organization's host there is nothing to
 * see. Principals of the platform realm act in the organization that the host names, if a binding or the role of a
 * platform administrator lets them in; where it names none they act in the platform itself.
 */
export async function authenticate(query: AuthenticationQuery): Promise<Principal> {
  const token = await query.tokens.verify(readBearerToken(query.headers.get("authorization")))
  const { host, authorizer } = query
  const isVisitor = host !== undefined && host !== token.organization
  if (isVisitor && token.organization !== platformOrganizationId) throw nothingThere()
  const principal = toPrincipal(token, isVisitor ? host : token.organization)
  if (principal.id === gatewayPrincipal.id) throw new GatehouseError("tokens.wrong_kind")
  if (!isVisitor) return principal
  const decision = await decide({
    authorizer,
    principal,
    permission: "can_read",
    object: { type: "organization", id: host },
  })
  if (!decision.allowed) throw nothingThere()
  return principal
}

/** INVARIANT 7: like every other thing that is not there. The refusal itself is the decision that is logged. */
function nothingThere(): GatehouseError {
  return new GatehouseError("authz.not_found")
}
