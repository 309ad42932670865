import { sbomSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { resource } from "@gatehouse/sdk"
import { sbomColumns, toSbom } from "../database/to-sbom.ts"
import { type ServiceContext, sbomType } from "../service-context.ts"

/** `GET /v1/sboms/{id}`: one document's facts. Row "get by id" of the dual pattern: the check is on the resource. */
export function addGetSbom({ app, gatehouse }: ServiceContext): void {
  app.route({
    method: "GET",
    url: "/v1/sboms/:id",
    summary: "One document",
    projectSelection: "optional",
    responses: { 200: sbomSchema },
    authorize: (auth, { params }) => auth.requirePermission("can_read", resource(sbomType, params.id ?? "")),
    handler: ({ granted: grant }) =>
      gatehouse.withGrant(grant, async (tx) => {
        const row = await tx
          .selectFrom("sbom")
          .select(sbomColumns)
          .where("id", "=", grant.object.id)
          .executeTakeFirst()
        if (row === undefined) throw new GatehouseError("authz.not_found")
        return toSbom(row)
      }),
  })
}
