import {
  organizationMatrix,
  type Permission,
  type Principal,
  type ProjectRole,
  projectMatrix,
  projectRoles,
  realmRoleRelations,
  type Suggestion,
} from "@gatehouse/contracts"
import type { Authorizer, CheckQuery, RelationshipTuple } from "@gatehouse/openfga"
import { type DecisionObject, objectIdOf } from "@gatehouse/sdk/decision"

/** A denied question, and who asked it. */
export interface SuggestionQuery {
  readonly principal: Principal
  readonly object: DecisionObject
  /** The question that was denied. */
  readonly check: CheckQuery
}

interface Candidate {
  readonly tuple: RelationshipTuple
  readonly suggestion: Suggestion
}

/**
 * The smallest grant that would turn a denial into an allow: of the roles that can be given here, the one with the fewest
 * permissions. It is proved by asking again with the grant in hand; undefined where no role would do.
 */
export async function suggestGrant(
  authorizer: Authorizer,
  { principal, object, check }: SuggestionQuery,
): Promise<Suggestion | undefined> {
  // Roles are given to principals of the organization's own realm; an API key has none of its own.
  if (principal.home !== principal.organization || principal.type === "api_key") return undefined
  for (const { tuple, suggestion } of candidatesOf(principal, object, check.relation as Permission)) {
    const contextualTuples = [...(check.contextualTuples ?? []), tuple]
    const { allowed } = await authorizer.check({ ...check, contextualTuples })
    if (allowed) return suggestion
  }
  return undefined
}

function candidatesOf(principal: Principal, object: DecisionObject, permission: Permission): Candidate[] {
  if (object.type === "project") {
    return rolesWith(permission).map((role) => projectCandidate(principal, object, role))
  }
  if (object.type !== "organization" || !(permission in organizationMatrix)) return []
  const holders: readonly string[] = organizationMatrix[permission as keyof typeof organizationMatrix]
  // The matrix names its columns from the widest to the narrowest.
  return holders.toReversed().flatMap((role) => realmRoleCandidate(principal, object, role))
}

/** The roles that hold a permission in a project, the one with the fewest permissions first. */
function rolesWith(permission: Permission): ProjectRole[] {
  const rows: Readonly<Record<string, readonly ProjectRole[]>> = {
    ...projectMatrix,
    can_manage_bindings: ["owner", "admin"],
  }
  const breadth = (role: ProjectRole) =>
    Object.values(rows).filter((holders) => holders.includes(role)).length
  const holders = rows[permission] ?? []
  return projectRoles
    .toReversed()
    .filter((role) => holders.includes(role))
    .sort((left, right) => breadth(left) - breadth(right))
}

function projectCandidate(principal: Principal, object: DecisionObject, role: ProjectRole): Candidate {
  return {
    tuple: { user: principal.id, relation: role, object: objectIdOf(object) },
    suggestion: {
      binding: { project: object.id, role, subject: principal.id },
      summary: `Give ${principal.id} the role ${role} of ${objectIdOf(object)}.`,
    },
  }
}

function realmRoleCandidate(principal: Principal, object: DecisionObject, role: string): Candidate[] {
  const relation = realmRoleRelations.get(role)
  if (relation === undefined) return []
  return [
    {
      tuple: { user: principal.id, relation, object: objectIdOf(object) },
      suggestion: { realm_role: role, summary: `Give ${principal.id} the realm role ${role}.` },
    },
  ]
}
