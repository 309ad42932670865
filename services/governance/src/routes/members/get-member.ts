import { type MemberDetail, memberDetailSchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { organization } from "@gatehouse/sdk"
import type { RouteContext } from "../route-context.ts"
import { toMember } from "./to-member.ts"

/** `GET /v1/members/{id}`: one user with its groups and realm roles. Needs `can_manage_users`. */
export function addGetMember({ app, realms }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/members/:id",
    summary: "One user of the organization, with groups and realm roles",
    responses: { 200: memberDetailSchema },
    authorize: (auth) => auth.requirePermission("can_manage_users", organization(auth.orgId)),
    handler: async ({ auth, params }): Promise<MemberDetail> => {
      const id = params.id ?? ""
      const [user, principal] = await Promise.all([
        realms.findUser(auth.orgId, id),
        realms.findPrincipal(auth.orgId, "user", id),
      ])
      if (user === undefined) throw new GatehouseError("authz.not_found")
      return {
        ...toMember(auth.orgId, user),
        // A disabled user acts as nobody, so the directory names no groups or roles of it.
        groups: [...(principal?.groups ?? [])],
        realm_roles: [...(principal?.realmRoles ?? [])],
      }
    },
  })
}
