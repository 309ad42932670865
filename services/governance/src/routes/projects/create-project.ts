import { projectBodySchema, projectSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { organization } from "@gatehouse/sdk"
import { createProject } from "../../projects/create-project.ts"
import type { RouteContext } from "../route-context.ts"
import { toProject } from "./to-project.ts"

/** `POST /v1/projects`. Needs `can_manage_settings` on the organization. */
export function addCreateProject(context: RouteContext): void {
  context.app.route({
    method: "POST",
    url: "/v1/projects",
    summary: "Create a project",
    body: projectBodySchema,
    responses: { 201: projectSchema },
    authorize: (auth) => auth.requirePermission("can_manage_settings", organization(auth.orgId)),
    handler: async ({ granted: grant, body: { name }, reply }) => {
      const result = await createProject(context, grant, name)
      if (result.outcome === "name_taken") throw new GatehouseError("governance.project_name_taken")
      const { project } = result
      reply.code(201).header("location", `/v1/projects/${project.id}`)
      return toProject(project)
    },
  })
}
