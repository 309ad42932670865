import type { AccessDecision, EvaluationRequest, Permission } from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { Auth } from "@gatehouse/sdk"
import { newDecisionId } from "@gatehouse/sdk/decision"
import { answerQuestion } from "../decisions/answer-question.ts"
import { objectOf, permissionsAskedOn } from "../decisions/question.ts"
import type { GovernanceContext } from "../service-context.ts"
import { factsOf } from "./access-facts.ts"
import type { SubjectReader } from "./asked-subject.ts"

/** Who asks in one request, and what is remembered of it. */
export interface Asker {
  readonly auth: Auth
  readonly subjects: SubjectReader
}

/**
 * Answers one question. A subject or resource that the asker's organization does not have, or that the asker may not see, is a no
 * for one reason, whatever it is elsewhere (INVARIANT 7). Throws what keeps the question from being decided: `authz.permission_denied`
 * about others, `authz.unavailable`, and `request.invalid` for facts over the limits or not of a condition's types.
 */
export async function answerEvaluation(
  context: GovernanceContext,
  { auth, subjects }: Asker,
  evaluation: EvaluationRequest,
): Promise<AccessDecision> {
  const asked = await subjects.read(evaluation.subject)
  const facts = factsOf(evaluation)
  const { type, id } = evaluation.resource
  const permissions = permissionsAskedOn(type)
  if (permissions === undefined) return no("not_found")
  const permission = evaluation.action.name as Permission
  if (!permissions.has(permission)) return no("unknown_action")
  const question = { permission, objectText: `${type}:${id}`, object: objectOf(type, id), context: facts }
  const { allowed, decisionId, about } = await answerQuestion(context, auth, asked, question).catch(
    refuseFacts,
  )
  if (allowed) return { decision: true, context: { decision_id: decisionId } }
  return no(about === undefined ? "not_found" : "denied", decisionId)
}

function no(reason: "denied" | "not_found" | "unknown_action", decisionId = newDecisionId()): AccessDecision {
  return { decision: false, context: { decision_id: decisionId, reason } }
}

/** Type, relation and ids are the platform's own here: what the authorization server refuses are the asker's facts. */
export function refuseFacts(error: unknown): never {
  if (isGatehouseError(error) && error.code === "openfga.query_refused")
    throw new GatehouseError("request.invalid", { cause: error })
  throw error
}
