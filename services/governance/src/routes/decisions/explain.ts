import { type ExplainAnswer, explainAnswerSchema, explainQuerySchema } from "@gatehouse/contracts"
import { authenticated } from "@gatehouse/sdk"
import { answerQuestion } from "../../decisions/answer-question.ts"
import { mayManageUsers, readAskedPrincipal } from "../../decisions/asked-principal.ts"
import { explainAnswer } from "../../decisions/explain-answer.ts"
import { readQuestion } from "../../decisions/question.ts"
import type { RouteContext } from "../route-context.ts"

/** `GET /v1/explain`: what `check` answers, and why. About others, and with their relationships: `can_manage_users`. */
export function addExplain(context: RouteContext): void {
  context.app.route({
    method: "GET",
    url: "/v1/explain",
    summary: "Whether a principal has a permission, and why",
    query: explainQuerySchema,
    responses: { 200: explainAnswerSchema },
    // What may be asked depends on the query, so the permission is asked for first thing in the handler.
    authorize: authenticated,
    handler: async ({ auth, query }): Promise<ExplainAnswer> => {
      const asked = await readAskedPrincipal(context, auth, query.principal)
      const question = readQuestion(query.permission, query.object)
      const seesOthers = !asked.isSelf || (await mayManageUsers(auth))
      const answer = await answerQuestion(context, auth, asked, question)
      return explainAnswer(context, question, answer, seesOthers)
    },
  })
}
