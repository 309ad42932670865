import {
  type OrganizationDirectoryAnswer,
  organizationDirectorySchema,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { trustedRealm } from "../../tenancy/trusted-realm.ts"
import type { RouteContext } from "../route-context.ts"
import { authorizeGateway } from "./authorize-gateway.ts"

/** `GET /internal/organizations`: every realm whose tokens count, the platform's own first. */
export function addListTrustedRealms({ app, registry, addresses }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/internal/organizations",
    summary: "Realms that are trusted",
    internal: true,
    responses: { 200: organizationDirectorySchema },
    authorize: authorizeGateway,
    handler: async (): Promise<OrganizationDirectoryAnswer> => {
      const rows = await registry
        .selectFrom("organization")
        .select(["id", "name"])
        .where("state", "=", "active")
        .orderBy("id")
        .execute()
      const realms = [{ id: platformOrganizationId, name: "Platform" }, ...rows]
      return { organizations: realms.map(({ id, name }) => ({ name, ...trustedRealm(addresses, id) })) }
    },
  })
}
