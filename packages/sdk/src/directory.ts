import type { OrganizationId, Principal, PrincipalType } from "@gatehouse/contracts"

/**
 * The identity server asked about somebody who is not the bearer of a token.
 * Tenant scope: one organization per question. Where it cannot be reached it throws `authz.unavailable`: the answer is no.
 */
export interface Directory {
  /**
   * The facts that a token of this principal would carry now (groups by full path, realm roles), acting in its own
   * organization; undefined where there is no such principal or it is disabled.
   */
  findPrincipal(
    organization: OrganizationId,
    type: PrincipalType,
    subject: string,
  ): Promise<Principal | undefined>
}
