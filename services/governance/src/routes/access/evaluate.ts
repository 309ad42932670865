import {
  type AccessDecision,
  accessDecisionSchema,
  accessPaths,
  evaluationRequestSchema,
} from "@gatehouse/contracts"
import { answerEvaluation } from "../../access/answer-evaluation.ts"
import type { RouteContext } from "../route-context.ts"
import { accessErrors, askerOf, takesJson } from "./access-route.ts"

/** `POST /access/v1/evaluation` (section 6). Anyone asks about themselves; about others needs `can_manage_users`. */
export function addEvaluate(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: accessPaths.evaluation,
    summary: "AuthZEN: whether a subject may do an action on a resource",
    body: evaluationRequestSchema,
    responses: { 200: accessDecisionSchema },
    ...accessErrors,
    authorize: takesJson,
    handler: ({ auth, body }): Promise<AccessDecision> =>
      answerEvaluation(context, askerOf(context, auth), body),
  })
}
