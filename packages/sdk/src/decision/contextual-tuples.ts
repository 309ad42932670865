import {
  groupAndAncestors,
  groupId,
  maximumBoundGroups,
  type ObjectId,
  organizationObject,
  type Principal,
  platformAdministratorRole,
  platformObject,
  platformOrganizationId,
  realmRoleRelations,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Authorizer, RelationshipTuple } from "@gatehouse/openfga"

/** Whose groups and roles to send along with which question. */
export interface ContextualTuplesQuery {
  /** Asked only where the principal is in more than 90 groups. */
  readonly authorizer: Pick<Authorizer, "read">
  readonly principal: Principal
  /** Objects whose bindings can matter to the question: the organization, and the project if there is one. */
  readonly objects: readonly ObjectId[]
}

/**
 * What a verified credential says, as contextual tuples: principal and realm roles of its own organization, membership of
 * its groups and of the groups that hold them, administration of the platform. All groups are sent while they are at most
 * 90; beyond that only those bound to `objects`, and more than 90 of these throw `authz.too_many_groups`.
 * Tenant scope: roles and groups count only in the realm that vouches for them.
 */
export async function contextualTuplesOf(query: ContextualTuplesQuery): Promise<RelationshipTuple[]> {
  const { principal } = query
  const groups = await groupsToSend(query)
  return [
    ...roleTuples(principal),
    ...groups.map((group) => ({ user: principal.id, relation: "member", object: group })),
  ]
}

function roleTuples({ id, type, home, organization, realmRoles }: Principal): RelationshipTuple[] {
  const roles = new Set(type === "api_key" ? [] : realmRoles)
  if (home === platformOrganizationId) {
    return roles.has(platformAdministratorRole)
      ? [{ user: id, relation: "admin", object: platformObject }]
      : []
  }
  if (home !== organization) return []
  const object = organizationObject(organization)
  const relations = [...realmRoleRelations]
    .filter(([role]) => roles.has(role))
    .map(([, relation]) => relation)
  return ["principal", ...relations].map((relation) => ({ user: id, relation, object }))
}

/** Ids of the groups of a principal, ancestors included, each once. */
export function groupIdsOf({ home, groups }: Principal): ObjectId[] {
  return [...new Set(groups.flatMap(groupAndAncestors))].map((path) => groupId(home, path))
}

async function groupsToSend({ authorizer, principal, objects }: ContextualTuplesQuery): Promise<ObjectId[]> {
  const all = groupIdsOf(principal)
  if (all.length <= maximumBoundGroups) return all
  const held = new Set(all.map((group) => `${group}#member`))
  const bound = new Set<string>()
  for (const object of objects) {
    for await (const { user } of authorizer.read({ object })) if (held.has(user)) bound.add(user)
  }
  if (bound.size > maximumBoundGroups) {
    throw new GatehouseError("authz.too_many_groups", { details: { limit: maximumBoundGroups } })
  }
  return all.filter((group) => bound.has(`${group}#member`))
}
