import {
  accessPaths,
  type EvaluationsAnswer,
  evaluationRequestSchema,
  evaluationsAnswerSchema,
  evaluationsRequestSchema,
} from "@gatehouse/contracts"
import { parseRequestPart } from "@gatehouse/sdk"
import { answerEvaluation } from "../../access/answer-evaluation.ts"
import { answerEvaluations } from "../../access/answer-evaluations.ts"
import type { RouteContext } from "../route-context.ts"
import { accessErrors, askerOf, takesJson } from "./access-route.ts"

/** A hundred questions with some attributes each; one question's facts are bounded besides. */
const maximumBatchBytes = 262_144

/** `POST /access/v1/evaluations` (section 7). A request without questions is the one question that it holds itself. */
export function addEvaluateEach(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: accessPaths.evaluations,
    summary: "AuthZEN: several evaluations in one request",
    body: evaluationsRequestSchema,
    bodyLimitBytes: maximumBatchBytes,
    responses: { 200: evaluationsAnswerSchema },
    ...accessErrors,
    authorize: takesJson,
    handler: async ({ auth, body }): Promise<EvaluationsAnswer> => {
      const asker = askerOf(context, auth)
      if (body.evaluations?.length) return { evaluations: await answerEvaluations(context, asker, body) }
      return answerEvaluation(context, asker, parseRequestPart(evaluationRequestSchema, "body", body))
    },
  })
}
