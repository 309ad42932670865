import {
  groupId,
  organizationObject,
  type ProjectUuid,
  platformObject,
  projectObject,
} from "../ids/fga-id.ts"
import type { OrganizationId } from "../ids/organization.ts"
import { type ProjectRole, projectRoles } from "./matrices.ts"
import { organizationGroups, projectGroupPath } from "./who-holds-what.ts"

/** A relationship that is stored, never under a condition. */
export interface StoredTuple {
  readonly user: string
  readonly relation: string
  readonly object: string
}

/** What is stored of an organization from its creation: its place under the platform, and its three groups' roles. */
export function organizationTuples(organization: OrganizationId): StoredTuple[] {
  const object = organizationObject(organization)
  return [
    { user: platformObject, relation: "platform", object },
    ...Object.entries(organizationGroups).map(([relation, path]) => ({
      user: `${groupId(organization, path)}#member`,
      relation,
      object,
    })),
  ]
}

/** A project's place in its organization: what says, and alone says, whose project it is. */
export function projectLinkTuple(organization: OrganizationId, project: ProjectUuid): StoredTuple {
  return { user: organizationObject(organization), relation: "organization", object: projectObject(project) }
}

/** The groups that are bound to a project's roles from the start. */
export function projectGroupTuples(organization: OrganizationId, project: ProjectUuid): StoredTuple[] {
  return projectRoles.map((role) => projectGroupTuple(organization, project, role))
}

function projectGroupTuple(
  organization: OrganizationId,
  project: ProjectUuid,
  role: ProjectRole,
): StoredTuple {
  return {
    user: `${groupId(organization, projectGroupPath(project, role))}#member`,
    relation: role,
    object: projectObject(project),
  }
}
