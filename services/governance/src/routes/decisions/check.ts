import { type CheckAnswer, checkAnswerSchema, checkRequestSchema } from "@gatehouse/contracts"
import { authenticated } from "@gatehouse/sdk"
import { answerQuestion } from "../../decisions/answer-question.ts"
import { readAskedPrincipal } from "../../decisions/asked-principal.ts"
import { readQuestion } from "../../decisions/question.ts"
import type { RouteContext } from "../route-context.ts"

/** `POST /v1/check`. Anyone asks about themselves; about others needs `can_manage_users`. */
export function addCheck(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: "/v1/check",
    summary: "Whether a principal has a permission",
    body: checkRequestSchema,
    responses: { 200: checkAnswerSchema },
    // What may be asked depends on the body, so the permission is asked for first thing in the handler.
    authorize: authenticated,
    handler: async ({ auth, body }): Promise<CheckAnswer> => {
      const asked = await readAskedPrincipal(context, auth, body.principal)
      const question = readQuestion(body.permission, body.object)
      const { allowed, decisionId } = await answerQuestion(context, auth, asked, question)
      return { allowed, decision_id: decisionId }
    },
  })
}
