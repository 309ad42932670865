import {
  isUuid,
  type OrganizationId,
  type Page,
  type Project,
  type ProjectUuid,
  pageQuerySchema,
  projectPageSchema,
} from "@gatehouse/contracts"
import type { Grant } from "@gatehouse/postgres"
import { createCursorForm, cursorTime, organization, sql, z } from "@gatehouse/sdk"
import { decideEach } from "@gatehouse/sdk/decision"
import type { ProjectTable } from "../../database/organization-schema.ts"
import { collectReadable } from "../../projects/collect-readable.ts"
import type { RouteContext } from "../route-context.ts"
import { toProject } from "./to-project.ts"

const cursors = createCursorForm("projects", z.tuple([cursorTime, z.string().refine(isUuid)]))
type Place = readonly [string, string]

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
      const page = await collectReadable<ProjectTable, Place>({
        limit,
        after: cursors.read(cursor),
        read: (after, count) => readProjects(context, granted, orgId, after, count),
        placeOf: ({ created_at, id }) => [created_at.toISOString(), id],
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

function readProjects(
  { gatehouse }: RouteContext,
  grant: Grant<"can_read">,
  organizationId: OrganizationId,
  after: Place | undefined,
  count: number,
): Promise<ProjectTable[]> {
  return gatehouse.withGrant(grant, (tx) =>
    tx
      .selectFrom("project")
      .selectAll()
      .where("org_id", "=", organizationId)
      .where("state", "=", "active")
      .$if(after !== undefined, (query) =>
        query.where(
          sql<[Date, ProjectUuid]>`(created_at, id)`,
          ">",
          sql<[Date, ProjectUuid]>`(${after?.[0]}::timestamptz, ${after?.[1]}::uuid)`,
        ),
      )
      .orderBy("created_at")
      .orderBy("id")
      .limit(count)
      .execute(),
  )
}
