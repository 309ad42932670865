import { type Me, meSchema, type OrganizationPermission, organizationMatrix } from "@gatehouse/contracts"
import { authenticated } from "@gatehouse/sdk"
import { decideEach } from "@gatehouse/sdk/decision"
import type { RouteContext } from "../route-context.ts"

const asked = ["can_read", ...Object.keys(organizationMatrix)] as readonly Me["permissions"][number][] &
  readonly OrganizationPermission[]

/** `GET /v1/me`: who the credential says one is, and what one may do in the organization. */
export function addGetMe({ app, authorizer }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/me",
    summary: "The principal of the credential, and its permissions on the organization",
    responses: { 200: meSchema },
    authorize: authenticated,
    handler: async ({ auth: { principal, orgId } }): Promise<Me> => {
      const object = { type: "organization", id: orgId } as const
      const questions = asked.map((permission) => ({ permission, object }))
      const decisions = await decideEach({ authorizer, principal, questions })
      return {
        id: principal.id,
        type: principal.type,
        subject: principal.subject,
        organization: orgId,
        home: principal.home,
        username: principal.username ?? null,
        email: principal.email ?? null,
        name: principal.name ?? null,
        groups: [...principal.groups],
        realm_roles: [...principal.realmRoles],
        scopes: [...principal.scopes],
        permissions: asked.filter((_, index) => decisions[index]?.allowed === true),
      }
    },
  })
}
