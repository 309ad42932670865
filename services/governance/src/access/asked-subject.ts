import { type OrganizationId, type PrincipalType, parsePrincipalId, principalId } from "@gatehouse/contracts"
import { type Auth, organization } from "@gatehouse/sdk"
import { type AskedPrincipal, findAskedPrincipal } from "../decisions/asked-principal.ts"
import type { GovernanceContext } from "../service-context.ts"

/** A subject as the API names it. */
export interface NamedSubject {
  readonly type: string
  readonly id: string
}

/** Reads the subjects of one request; what the asker may ask is asked once. */
export interface SubjectReader {
  /**
   * Who a subject is: the asker, or somebody of the asker's organization as the directory describes them now. The principal is
   * undefined for everyone else, known elsewhere or not. Throws what `requirePermission("can_manage_users")` throws where
   * somebody else is named without it, and `authz.unavailable` where the directory does not answer.
   */
  read(subject: NamedSubject): Promise<AskedPrincipal>
  /** Throws where the asker may not ask about others. */
  requireOthers(): Promise<void>
}

/** A reader for one request. */
export function createSubjectReader(context: GovernanceContext, auth: Auth): SubjectReader {
  let required: Promise<unknown> | undefined
  const requireOthers = async () => {
    required ??= auth.requirePermission("can_manage_users", organization(auth.orgId))
    await required
  }
  return {
    requireOthers,
    read: async (subject) => {
      const id = subjectIdOf(auth.orgId, subject)
      if (id === auth.principal.id) return { isSelf: true, principal: auth.principal }
      await requireOthers()
      const parsed = id === undefined ? undefined : parsePrincipalId(id)
      return { isSelf: false, principal: parsed && (await findAskedPrincipal(context, auth, parsed)) }
    },
  }
}

const principalTypes: ReadonlySet<string> = new Set<PrincipalType>(["user", "service", "api_key"])

/**
 * The id of a subject in the store; undefined for what is none. An id with a slash is written as in the store; one without is the
 * realm's own name of somebody in the asker's organization.
 */
function subjectIdOf(organizationId: OrganizationId, { type, id }: NamedSubject): string | undefined {
  if (!principalTypes.has(type) || id === "" || !id.isWellFormed()) return undefined
  return id.includes("/") ? `${type}:${id}` : principalId(type as PrincipalType, organizationId, id)
}
