import { isProjectUuid, type Principal } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import { type DecisionObject, decide, newDecisionId, objectIdOf } from "@gatehouse/sdk/decision"
import type { Logger } from "@gatehouse/telemetry"
import type { RouteCheck } from "./routes/route.ts"

/** One request's principal and what its route demands; without a check, the service decides. */
export interface AuthorizationQuery {
  readonly check: RouteCheck | undefined
  readonly principal: Principal
  /** As the request selects it. */
  readonly project: string | undefined
  readonly authorizer: Authorizer
  readonly logger: Logger
}

/**
 * The route's permission, decided in process where its object is known from the request. Throws what the services throw:
 * `authz.not_found` without `can_read`, `authz.permission_denied` with it. It never replaces the service's own check; it
 * keeps what cannot succeed away from it.
 */
export async function authorize(query: AuthorizationQuery): Promise<void> {
  const { check, principal, authorizer, logger } = query
  if (check === undefined) return
  if (check.on === "project" && query.project === undefined) return
  const object = objectOf(query)
  const decision =
    object === undefined
      ? { allowed: false, visible: false, decisionId: newDecisionId() }
      : await decide({ authorizer, principal, permission: check.permission, object })
  if (decision.allowed) return
  const { decisionId, visible } = decision
  logger.info(
    {
      decisionId,
      principal: principal.id,
      organization: principal.organization,
      permission: check.permission,
      objectType: check.on,
      objectId: object?.id,
      allowed: false,
      visible,
    },
    "decision",
  )
  if (object === undefined || !visible)
    throw new GatehouseError("authz.not_found", { details: { decisionId } })
  throw new GatehouseError("authz.permission_denied", {
    details: { decisionId, permission: check.permission, object: objectIdOf(object) },
  })
}

/** Undefined for a project id that is malformed: it answers like one that does not exist. */
function objectOf({ check, principal, project }: AuthorizationQuery): DecisionObject | undefined {
  if (check?.on === "organization") return { type: "organization", id: principal.organization }
  return project !== undefined && isProjectUuid(project) ? { type: "project", id: project } : undefined
}
