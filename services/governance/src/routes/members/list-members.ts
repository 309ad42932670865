import { type Member, memberPageSchema, type Page, pageQuerySchema } from "@gatehouse/contracts"
import { createCursorForm, organization, z } from "@gatehouse/sdk"
import type { RouteContext } from "../route-context.ts"
import { toMember } from "./to-member.ts"

// The realm pages by position, so a place in the list is one.
const cursors = createCursorForm("members", z.int().min(1).max(1_000_000_000))

/** `GET /v1/members`: the users of the organization's realm, in the realm's order. Needs `can_manage_users`. */
export function addListMembers({ app, realms }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/members",
    summary: "Users of the organization",
    query: pageQuerySchema,
    responses: { 200: memberPageSchema },
    authorize: (auth) => auth.requirePermission("can_manage_users", organization(auth.orgId)),
    handler: async ({ auth, query: { limit, cursor } }): Promise<Page<Member>> => {
      const first = cursors.read(cursor) ?? 0
      const users = await realms.listUsers(auth.orgId, { first, limit: limit + 1 })
      return {
        items: users.slice(0, limit).map((user) => toMember(auth.orgId, user)),
        next_cursor: users.length > limit ? cursors.write(first + limit) : null,
      }
    },
  })
}
