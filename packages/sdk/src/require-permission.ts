import {
  isOrganizationId,
  isProjectUuid,
  isUuid,
  type OrganizationId,
  type Permission,
  type ProjectUuid,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Grant } from "@gatehouse/postgres"
import { mintGrant, type RequestLifetime } from "@gatehouse/postgres/grants"
import { currentRequestContext } from "@gatehouse/telemetry"
import type { AuthFacts } from "./auth-facts.ts"
import { type Decision, type DecisionObject, decide, newDecisionId, objectIdOf } from "./decision/index.ts"
import type { ObjectReference } from "./objects.ts"

/**
 * The only way from a permission to a grant. The decision's id goes into the log, the request's context (and so into the
 * answer and the audit) and the grant. INVARIANT 1, 3 and 7 meet here.
 */
export async function requirePermission<P extends Permission>(
  facts: AuthFacts,
  lifetime: RequestLifetime,
  permission: P,
  reference: ObjectReference,
): Promise<Grant<P>> {
  const { principal, authorizer } = facts
  const object = await locate(facts, reference)
  const decision: Decision =
    object === undefined
      ? { allowed: false, visible: false, decisionId: newDecisionId() }
      : await decide({ authorizer, principal, permission, object })
  record(facts, permission, reference, decision)
  const details = { decisionId: decision.decisionId }
  if (object === undefined || !decision.visible) throw new GatehouseError("authz.not_found", { details })
  if (!decision.allowed) {
    throw new GatehouseError("authz.permission_denied", {
      details: { ...details, permission, object: objectIdOf(object) },
    })
  }
  const grant = mintGrant(lifetime, {
    permission,
    organization: principal.organization,
    project: projectOf(object),
    object: { type: object.type, id: object.id },
    principal,
    decisionId: decision.decisionId,
  })
  await recordPlatformUse(facts, grant)
  return grant
}

/**
 * Each use of the platform's own rights in an organization is in that organization's audit log before it has any effect; where
 * it cannot be written, there is no use.
 */
async function recordPlatformUse(
  { principal, databases }: AuthFacts,
  grant: Grant<Permission>,
): Promise<void> {
  if (principal.home !== platformOrganizationId) return
  await databases.recordUse(grant, {
    action: "platform.use",
    resource: grant.object,
    details: { permission: grant.permission },
  })
}

/**
 * The object with its parent. Undefined for an id that is malformed, a row that does not exist, and a row of another
 * project than the selected one: all of these answer alike.
 */
async function locate(facts: AuthFacts, reference: ObjectReference): Promise<DecisionObject | undefined> {
  if (reference.kind === "organization") return { type: "organization", id: reference.id }
  const { id } = reference
  if (reference.kind === "project") return isProjectUuid(id) ? { type: "project", id } : undefined
  if (!isUuid(id)) return undefined
  if (!isOrganizationId(facts.principal.organization)) return undefined
  const parentProject = await parentOf(facts, facts.principal.organization, reference)
  if (parentProject === undefined) return undefined
  if (facts.selectedProject !== undefined && facts.selectedProject !== parentProject) return undefined
  return { type: reference.type, id, parentProject }
}

async function parentOf(
  { resources, databases }: AuthFacts,
  organization: OrganizationId,
  { type, id }: { readonly type: string; readonly id: string },
): Promise<ProjectUuid | undefined> {
  const registration = Object.hasOwn(resources, type) ? resources[type] : undefined
  if (registration === undefined) throw new GatehouseError("authz.unknown_permission")
  return databases.resourceProject(organization, { type, table: registration.table }, id)
}

function projectOf(object: DecisionObject): ProjectUuid | undefined {
  if ("parentProject" in object) return object.parentProject
  return object.type === "project" ? (object.id as ProjectUuid) : undefined
}

function record(
  { principal, logger }: AuthFacts,
  permission: Permission,
  reference: ObjectReference,
  { allowed, visible, decisionId }: Decision,
): void {
  const context = currentRequestContext()
  if (context !== undefined) {
    context.decisionId = decisionId
    context.organization = principal.organization
  }
  logger.info(
    {
      decisionId,
      principal: principal.id,
      organization: principal.organization,
      permission,
      objectType: reference.kind === "resource" ? reference.type : reference.kind,
      objectId: loggedId(reference),
      allowed,
      visible,
    },
    "decision",
  )
}

/** An id that is well-formed is safe in a log line; anything else is what a client wrote. */
function loggedId({ kind, id }: ObjectReference): string | undefined {
  return (kind === "organization" ? isOrganizationId(id) : isUuid(id)) ? id : undefined
}
