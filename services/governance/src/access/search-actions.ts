import { type DecisionObject, decide, decideEach } from "@gatehouse/sdk/decision"
import type { AskedPrincipal } from "../decisions/asked-principal.ts"
import { permissionsAskedOn } from "../decisions/question.ts"
import type { GovernanceContext } from "../service-context.ts"
import type { Asker } from "./answer-evaluation.ts"

/** Which permissions has the subject on an object? */
export interface ActionSearchQuery {
  readonly asked: AskedPrincipal
  readonly object: DecisionObject
  readonly facts: Readonly<Record<string, unknown>> | undefined
}

/**
 * The permissions that the subject holds on the object, in the model's order; none where there is no such subject, or where the
 * asker may not see the object. Throws `authz.unavailable`.
 */
export async function searchActions(
  { authorizer }: GovernanceContext,
  { auth }: Asker,
  { asked: { isSelf, principal }, object, facts }: ActionSearchQuery,
): Promise<string[]> {
  if (principal === undefined) return []
  if (!isSelf) {
    const own = await decide({ authorizer, principal: auth.principal, permission: "can_read", object })
    if (!own.visible) return []
  }
  const permissions = [...(permissionsAskedOn(object.type) ?? [])]
  const questions = permissions.map((permission) => ({ permission, object, context: facts }))
  const decisions = await decideEach({ authorizer, principal, questions })
  return permissions.filter((_, index) => decisions[index]?.allowed === true)
}
