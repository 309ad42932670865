import {
  type ActionSearchAnswer,
  accessPaths,
  actionSearchAnswerSchema,
  actionSearchSchema,
} from "@gatehouse/contracts"
import { z } from "@gatehouse/sdk"
import { factsOf } from "../../access/access-facts.ts"
import { refuseFacts } from "../../access/answer-evaluation.ts"
import { searchActions } from "../../access/search-actions.ts"
import { createSearchPages } from "../../access/search-pages.ts"
import { objectOf } from "../../decisions/question.ts"
import type { RouteContext } from "../route-context.ts"
import { accessErrors, askerOf, logSearch, takesJson } from "./access-route.ts"

const pages = createSearchPages("action", z.int().min(1).max(100))

/** `POST /access/v1/search/action` (section 8.6): the permissions that a subject has on a resource. */
export function addSearchAction(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: accessPaths.searchAction,
    summary: "AuthZEN: what a subject may do on a resource",
    body: actionSearchSchema,
    responses: { 200: actionSearchAnswerSchema },
    ...accessErrors,
    authorize: takesJson,
    handler: async ({ auth, body: { page: askedPage, ...question } }): Promise<ActionSearchAnswer> => {
      const asker = askerOf(context, auth)
      const asked = await asker.subjects.read(question.subject)
      const facts = factsOf(question)
      const page = pages.read(askedPage, question)
      const object = objectOf(question.resource.type, question.resource.id)
      const names =
        object === undefined
          ? []
          : await searchActions(context, asker, { asked, object, facts }).catch(refuseFacts)
      if (object !== undefined)
        logSearch(context, auth, { search: "action", type: object.type, found: names.length })
      const end = (page.after ?? 0) + page.limit
      const results = names.slice(page.after ?? 0, end).map((name) => ({ name }))
      const next = end < names.length ? end : undefined
      return { page: pages.write(page, question, { count: results.length, next }), results }
    },
  })
}
