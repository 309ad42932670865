import { projectSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { project } from "@gatehouse/sdk"
import type { RouteContext } from "../route-context.ts"
import { toProject } from "./to-project.ts"

/** `GET /v1/projects/{id}`. Needs `can_read` on it. */
export function addGetProject({ app, gatehouse }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/projects/:id",
    summary: "One project",
    responses: { 200: projectSchema },
    authorize: (auth, { params }) => auth.requirePermission("can_read", project(params.id ?? "")),
    handler: async ({ granted: grant }) => {
      const row = await gatehouse.withGrant(grant, (tx) =>
        tx
          .selectFrom("project")
          .selectAll()
          .where("id", "=", grant.project ?? null)
          .where("state", "=", "active")
          .executeTakeFirst(),
      )
      if (row === undefined) throw new GatehouseError("authz.not_found")
      return toProject(row)
    },
  })
}
