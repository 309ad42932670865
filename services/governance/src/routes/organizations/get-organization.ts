import { type OrganizationId, organizationSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { organization } from "@gatehouse/sdk"
import type { RouteContext } from "../route-context.ts"
import { toOrganization } from "./to-organization.ts"

/** `GET /v1/organizations/{org}`. Any but the principal's own answers like one that does not exist. */
export function addGetOrganization({ app, registry, addresses }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/organizations/:org",
    summary: "One organization",
    responses: { 200: organizationSchema },
    authorize: (auth, { params }) =>
      auth.requirePermission("can_read", organization(params.org as OrganizationId)),
    handler: async ({ granted: grant }) => {
      const row = await registry
        .selectFrom("organization")
        .selectAll()
        .where("id", "=", grant.organization)
        .where("state", "=", "active")
        .executeTakeFirst()
      if (row === undefined) throw new GatehouseError("authz.not_found")
      return toOrganization(addresses, row)
    },
  })
}
