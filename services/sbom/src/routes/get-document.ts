import { GatehouseError } from "@gatehouse/kernel"
import { resource } from "@gatehouse/sdk"
import { type ServiceContext, sbomType } from "../service-context.ts"
import { createDocumentSlots, downloadBounds } from "./document-slots.ts"

/** `GET /v1/sboms/{id}/document`: the bytes as they were sent, never rewritten. */
export function addGetDocument({ app, gatehouse }: ServiceContext): void {
  const slots = createDocumentSlots(downloadBounds)
  app.route({
    method: "GET",
    url: "/v1/sboms/:id/document",
    summary: "The document as it was uploaded, byte for byte",
    projectSelection: "optional",
    responses: {},
    givesDocument: ["application/vnd.cyclonedx+json", "application/spdx+json"],
    authorize: (auth, { params }) => auth.requirePermission("can_read", resource(sbomType, params.id ?? "")),
    handler: async ({ auth, granted: grant, reply }) => {
      await slots.hold(auth.orgId, reply.raw)
      const row = await gatehouse.withGrant(grant, (tx) =>
        tx
          .selectFrom("document")
          .select(["content", "content_type"])
          .where("sbom_id", "=", grant.object.id)
          .executeTakeFirst(),
      )
      if (row === undefined) throw new GatehouseError("authz.not_found")
      reply
        .header("content-type", row.content_type)
        .header("x-content-type-options", "nosniff")
        .header("content-disposition", `attachment; filename="${grant.object.id}.json"`)
      return row.content
    },
  })
}
