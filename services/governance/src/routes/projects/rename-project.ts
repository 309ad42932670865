import { projectBodySchema, projectSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { isConflictOn } from "@gatehouse/postgres"
import { project } from "@gatehouse/sdk"
import { projectNameConstraint } from "../../database/organization-schema.ts"
import type { RouteContext } from "../route-context.ts"
import { toProject } from "./to-project.ts"

/** `PATCH /v1/projects/{id}`: another name. Needs `can_write` on it. */
export function addRenameProject({ app, gatehouse }: RouteContext): void {
  app.route({
    method: "PATCH",
    url: "/v1/projects/:id",
    summary: "Rename a project",
    body: projectBodySchema,
    responses: { 200: projectSchema },
    authorize: (auth, { params }) => auth.requirePermission("can_write", project(params.id ?? "")),
    handler: async ({ granted: grant, body: { name } }) => {
      const renamed = await gatehouse
        .withGrant(grant, async (tx) => {
          const row = await tx
            .updateTable("project")
            .set({ name, updated_at: new Date() })
            .where("id", "=", grant.project ?? null)
            .where("state", "=", "active")
            .returningAll()
            .executeTakeFirst()
          if (row === undefined) return undefined
          await tx.audit({
            action: "project.rename",
            resource: { type: "project", id: row.id },
            details: { name },
          })
          return row
        })
        .catch((error: unknown) => {
          if (isConflictOn(error, projectNameConstraint))
            throw new GatehouseError("governance.project_name_taken")
          throw error
        })
      if (renamed === undefined) throw new GatehouseError("authz.not_found")
      return toProject(renamed)
    },
  })
}
