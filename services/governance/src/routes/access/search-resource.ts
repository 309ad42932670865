import {
  accessPaths,
  type EntitySearchAnswer,
  entitySearchAnswerSchema,
  isUuid,
  type Permission,
  resourceSearchSchema,
} from "@gatehouse/contracts"
import { cursorTime, z } from "@gatehouse/sdk"
import { factsOf } from "../../access/access-facts.ts"
import { refuseFacts } from "../../access/answer-evaluation.ts"
import { createSearchPages, emptyPage } from "../../access/search-pages.ts"
import { searchResources } from "../../access/search-resources.ts"
import { permissionsAskedOn } from "../../decisions/question.ts"
import type { RouteContext } from "../route-context.ts"
import { accessErrors, askerOf, logSearch, takesJson } from "./access-route.ts"

const pages = createSearchPages("resource", z.tuple([cursorTime, z.string().refine(isUuid)]).readonly())

/** `POST /access/v1/search/resource` (section 8.5): the organization and its projects on which a subject may. */
export function addSearchResource(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: accessPaths.searchResource,
    summary: "AuthZEN: the projects, or the organization, on which a subject may do an action",
    body: resourceSearchSchema,
    responses: { 200: entitySearchAnswerSchema },
    ...accessErrors,
    authorize: takesJson,
    handler: async ({ auth, body: { page: askedPage, ...question } }): Promise<EntitySearchAnswer> => {
      const asker = askerOf(context, auth)
      const asked = await asker.subjects.read(question.subject)
      const facts = factsOf(question)
      const page = pages.read(askedPage, question)
      const { type } = question.resource
      const permission = question.action.name as Permission
      const isKnown = permissionsAskedOn(type)?.has(permission) === true
      if (!isKnown || (type !== "organization" && type !== "project")) return { page: emptyPage, results: [] }
      const query = { type, asked, permission, facts, page } as const
      const { results, next } = await searchResources(context, asker, query).catch(refuseFacts)
      logSearch(context, auth, { search: "resource", type, found: results.length })
      return { page: pages.write(page, question, { count: results.length, next }), results }
    },
  })
}
