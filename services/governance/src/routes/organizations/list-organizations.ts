import {
  isOrganizationId,
  type Organization,
  type OrganizationId,
  organizationPageSchema,
  type Page,
  type Principal,
  pageQuerySchema,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { authenticated, createCursorForm, z } from "@gatehouse/sdk"
import { decide } from "@gatehouse/sdk/decision"
import type { OrganizationTable } from "../../database/registry-schema.ts"
import { collectReadable } from "../../projects/collect-readable.ts"
import type { GovernanceContext } from "../../service-context.ts"
import type { RouteContext } from "../route-context.ts"
import { toOrganization } from "./to-organization.ts"

const cursors = createCursorForm("organizations", z.string().refine(isOrganizationId))

/**
 * `GET /v1/organizations`: those that the principal can see, by their ids. A tenant's principal sees its own; one of the
 * platform each in which a binding or its role lets it in.
 */
export function addListOrganizations(context: RouteContext): void {
  context.app.route({
    method: "GET",
    url: "/v1/organizations",
    summary: "Organizations that the principal can see",
    query: pageQuerySchema,
    responses: { 200: organizationPageSchema },
    authorize: authenticated,
    handler: async ({ auth: { principal }, query: { limit, cursor } }): Promise<Page<Organization>> => {
      const page = await collectReadable({
        limit,
        after: cursors.read(cursor),
        read: (after, count) => readOrganizations(context, principal, after, count),
        placeOf: ({ id }) => id,
        isReadable: (rows) => Promise.all(rows.map(({ id }) => canSee(context, principal, id))),
      })
      return {
        items: page.items.map((row) => toOrganization(context.addresses, row)),
        next_cursor: page.next === undefined ? null : cursors.write(page.next),
      }
    },
  })
}

function readOrganizations(
  { registry }: GovernanceContext,
  { home }: Principal,
  after: string | undefined,
  count: number,
): Promise<OrganizationTable[]> {
  return registry
    .selectFrom("organization")
    .selectAll()
    .where("state", "=", "active")
    .$if(home !== platformOrganizationId, (query) => query.where("id", "=", home))
    .$if(after !== undefined, (query) => query.where("id", ">", after as OrganizationId))
    .orderBy("id")
    .limit(count)
    .execute()
}

async function canSee(
  { authorizer }: GovernanceContext,
  principal: Principal,
  id: OrganizationId,
): Promise<boolean> {
  const acting = principal.home === platformOrganizationId ? { ...principal, organization: id } : principal
  const object = { type: "organization", id } as const
  const { allowed } = await decide({ authorizer, principal: acting, permission: "can_read", object })
  return allowed
}
