import type { Principal } from "@gatehouse/contracts"
import type { Auth } from "@gatehouse/sdk"
import { type Decision, type DecisionObject, decide, newDecisionId } from "@gatehouse/sdk/decision"
import { currentRequestContext } from "@gatehouse/telemetry"
import type { GovernanceContext } from "../service-context.ts"
import type { AskedPrincipal } from "./asked-principal.ts"
import type { Question } from "./question.ts"

/** An answer, with what it is about where the asker may know of it. */
export interface Answer {
  readonly allowed: boolean
  readonly decisionId: string
  /** Undefined where the asker can't see the object, or there is no such principal: both answer like what does not exist. */
  readonly about: { readonly principal: Principal; readonly object: DecisionObject } | undefined
}

/**
 * Answers whether the asked principal has the permission. Nothing leaves the asker's organization, and what the asker can't
 * read answers like what does not exist (INVARIANT 7).
 */
export async function answerQuestion(
  context: GovernanceContext,
  auth: Auth,
  asked: AskedPrincipal,
  question: Question,
): Promise<Answer> {
  const answer = await decideFor(context, auth, asked, question)
  const requestContext = currentRequestContext()
  if (requestContext !== undefined) requestContext.decisionId = answer.decisionId
  context.logger.info(
    {
      decisionId: answer.decisionId,
      asker: auth.principal.id,
      principal: answer.about?.principal.id,
      organization: auth.orgId,
      permission: question.permission,
      objectType: answer.about?.object.type,
      objectId: answer.about?.object.id,
      allowed: answer.allowed,
    },
    "decision asked for",
  )
  return answer
}

async function decideFor(
  { authorizer }: GovernanceContext,
  auth: Auth,
  { isSelf, principal }: AskedPrincipal,
  { permission, object, context }: Question,
): Promise<Answer> {
  const unknown = { allowed: false, decisionId: newDecisionId(), about: undefined }
  if (object === undefined || principal === undefined) return unknown
  const decision = await decide({ authorizer, principal, permission, object, context })
  // What the asker says of the question's circumstances makes nothing visible to the asker.
  const own: Pick<Decision, "visible"> = isSelf
    ? decision
    : await decide({ authorizer, principal: auth.principal, permission: "can_read", object })
  if (!own.visible) return { ...unknown, decisionId: decision.decisionId }
  return { allowed: decision.allowed, decisionId: decision.decisionId, about: { principal, object } }
}
