import { type ParsedPrincipal, type Principal, parsePrincipalId } from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { type Auth, organization } from "@gatehouse/sdk"
import type { GovernanceContext } from "../service-context.ts"

/** Whom a question is about. */
export interface AskedPrincipal {
  readonly isSelf: boolean
  /** Undefined where the asker's organization has no such principal. */
  readonly principal: Principal | undefined
}

/**
 * Whom a question is about: oneself, or somebody of the asker's organization as the directory describes them. Throws what
 * `requirePermission("can_manage_users")` throws where somebody else is asked about without it, and
 * `authz.invalid_object` for what is no principal's id. A principal of another organization is unknown here.
 */
export async function readAskedPrincipal(
  context: GovernanceContext,
  auth: Auth,
  text: string | undefined,
): Promise<AskedPrincipal> {
  if (text === undefined || text === auth.principal.id) {
    return { isSelf: true, principal: auth.principal }
  }
  await auth.requirePermission("can_manage_users", organization(auth.orgId))
  const parsed = parsePrincipalId(text)
  if (parsed === undefined) throw new GatehouseError("authz.invalid_object")
  return { isSelf: false, principal: await findAskedPrincipal(context, auth, parsed) }
}

/** Somebody else of the asker's organization, as the directory describes them now; undefined where it has nobody of that id. */
export async function findAskedPrincipal(
  { realms }: GovernanceContext,
  auth: Auth,
  { type, organization: home, subject }: ParsedPrincipal,
): Promise<Principal | undefined> {
  const isKnowable = home === auth.orgId && type !== "api_key" && subject !== undefined
  return isKnowable ? realms.findPrincipal(home, type, subject) : undefined
}

/** Whether the asker may manage users, and so see what holds for others. */
export async function mayManageUsers(auth: Auth): Promise<boolean> {
  try {
    await auth.requirePermission("can_manage_users", organization(auth.orgId))
    return true
  } catch (error) {
    if (isGatehouseError(error) && error.status < 500) return false
    throw error
  }
}
