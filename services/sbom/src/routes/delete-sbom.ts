import { GatehouseError } from "@gatehouse/kernel"
import { resource } from "@gatehouse/sdk"
import { z } from "zod"
import { type ServiceContext, sbomType } from "../service-context.ts"

/** `DELETE /v1/sboms/{id}`. Row "delete" of the dual pattern: the handle deletes the granted object and nothing else. */
export function addDeleteSbom({ app, gatehouse }: ServiceContext): void {
  app.route({
    method: "DELETE",
    url: "/v1/sboms/:id",
    summary: "Delete a document with its components",
    projectSelection: "optional",
    responses: { 204: z.undefined() },
    authorize: (auth, { params }) =>
      auth.requirePermission("can_delete", resource(sbomType, params.id ?? "")),
    handler: async ({ granted: grant, reply }) => {
      await gatehouse.withGrant(grant, async (tx) => {
        const deleted = await tx
          .deleteFrom("sbom")
          .where("id", "=", grant.object.id)
          .returning(["id", "sha256", "component_count"])
          .executeTakeFirst()
        // Two deletions at once: the second finds nothing, and changes nothing.
        if (deleted === undefined) throw new GatehouseError("authz.not_found")
        await tx.audit({
          action: "sbom.delete",
          resource: { type: sbomType, id: deleted.id },
          details: { sha256: deleted.sha256, component_count: deleted.component_count },
        })
      })
      reply.code(204)
    },
  })
}
