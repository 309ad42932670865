import { GatehouseError } from "@gatehouse/kernel"
import { project, z } from "@gatehouse/sdk"
import { deleteProject } from "../../projects/delete-project.ts"
import type { RouteContext } from "../route-context.ts"

/** `DELETE /v1/projects/{id}`. Needs `can_delete` on it. */
export function addDeleteProject(context: RouteContext): void {
  context.app.route({
    method: "DELETE",
    url: "/v1/projects/:id",
    summary: "Delete a project",
    responses: { 204: z.null() },
    authorize: (auth, { params }) => auth.requirePermission("can_delete", project(params.id ?? "")),
    handler: async ({ granted: grant, reply }) => {
      const outcome = await deleteProject(context, grant)
      if (outcome === "not_found") throw new GatehouseError("authz.not_found")
      reply.code(204)
    },
  })
}
