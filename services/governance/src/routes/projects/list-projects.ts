import { isUuid, type Page, type Project, pageQuerySchema, projectPageSchema } from "@gatehouse/contracts"
import { createCursorForm, cursorTime, organization, z } from "@gatehouse/sdk"
import { decideEach } from "@gatehouse/sdk/decision"
import type { ProjectTable } from "../../database/organization-schema.ts"
import { collectReadable } from "../../projects/collect-readable.ts"
import { type ProjectPlace, placeOfProject, readProjects } from "../../projects/read-projects.ts"
import type { RouteContext } from "../route-context.ts"
import { toProject } from "./to-project.ts"

const cursors = createCursorForm("projects", z.tuple([cursorTime, z.string().refine(isUuid)]))

/** `GET /v1/projects`: those that the principal can read, oldest first. Needs to see the organization. */
export function addListProjects(context: RouteContext): void {
  const { app, authorizer } = context
  app.route({
    method: "GET",
    url: "/v1/projects",
    summary: "Projects that the principal can read, oldest first",
    query: pageQuerySchema,
    responses: { 200: projectPageSchema },
    authorize: (auth) => auth.requirePermission("can_read", organization(auth.orgId)),
    handler: async ({
      auth: { principal, orgId },
      granted,
      query: { limit, cursor },
    }): Promise<Page<Project>> => {
      const page = await collectReadable<ProjectTable, ProjectPlace>({
        limit,
        after: cursors.read(cursor),
        read: (after, count) => readProjects(context, granted, orgId, { after, count }),
        placeOf: placeOfProject,
        isReadable: async (rows) => {
          const questions = rows.map(({ id }) => ({
            permission: "can_read" as const,
            object: { type: "project", id } as const,
          }))
          const decisions = await decideEach({ authorizer, principal, questions })
          return decisions.map(({ allowed }) => allowed)
        },
      })
      return {
        items: page.items.map(toProject),
        next_cursor: page.next === undefined ? null : cursors.write([...page.next]),
      }
    },
  })
}
