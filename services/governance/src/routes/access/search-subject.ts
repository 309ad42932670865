import {
  accessPaths,
  type EntitySearchAnswer,
  entitySearchAnswerSchema,
  type Permission,
  subjectSearchSchema,
} from "@gatehouse/contracts"
import { z } from "@gatehouse/sdk"
import { factsOf } from "../../access/access-facts.ts"
import { refuseFacts } from "../../access/answer-evaluation.ts"
import { createSearchPages, emptyPage } from "../../access/search-pages.ts"
import { searchSubjects } from "../../access/search-subjects.ts"
import { objectOf, permissionsAskedOn } from "../../decisions/question.ts"
import type { RouteContext } from "../route-context.ts"
import { accessErrors, askerOf, logSearch, takesJson } from "./access-route.ts"

// The realm pages by position, so a place in the search is one.
const pages = createSearchPages("subject", z.int().min(1).max(1_000_000_000))

/** `POST /access/v1/search/subject` (section 8.4): who may. It is about others, so it needs `can_manage_users`. */
export function addSearchSubject(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: accessPaths.searchSubject,
    summary: "AuthZEN: the users or service accounts of the organization that may do an action on a resource",
    body: subjectSearchSchema,
    responses: { 200: entitySearchAnswerSchema },
    ...accessErrors,
    authorize: takesJson,
    handler: async ({ auth, body: { page: asked, ...question } }): Promise<EntitySearchAnswer> => {
      const asker = askerOf(context, auth)
      await asker.subjects.requireOthers()
      const facts = factsOf(question)
      const page = pages.read(asked, question)
      const { subject, action, resource } = question
      const permission = action.name as Permission
      const object = objectOf(resource.type, resource.id)
      const { type } = subject
      const isKnown = permissionsAskedOn(resource.type)?.has(permission) === true && object !== undefined
      if (!isKnown || (type !== "user" && type !== "service")) return { page: emptyPage, results: [] }
      const query = { type, permission, object, facts, page } as const
      const { results, next } = await searchSubjects(context, asker, query).catch(refuseFacts)
      logSearch(context, auth, { search: "subject", type, found: results.length })
      return { page: pages.write(page, question, { count: results.length, next }), results }
    },
  })
}
