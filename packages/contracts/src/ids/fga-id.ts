import { type Branded, GatehouseError } from "@gatehouse/kernel"
import type { OrganizationId } from "./organization.ts"
import { decodeIdSegment, encodeIdSegment } from "./segment.ts"

/** The id of a principal in OpenFGA: `user:<org>/<sub>`, `service:<org>/<client id>` or `api_key:<org>/<id>`. */
export type PrincipalId = Branded<string, "PrincipalId">
/** The id of an object in OpenFGA, `type:id`. */
export type ObjectId = Branded<string, "ObjectId">
/** A project's UUID, in lower case. */
export type ProjectUuid = Branded<string, "ProjectUuid">

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for a UUID in lower case, the only spelling in which one names something here. */
export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}

/** The kinds of principals that can act; also the types of their objects in the permission model. */
export type PrincipalType = "user" | "service" | "api_key"

const principalTypes: ReadonlySet<string> = new Set<PrincipalType>(["user", "service", "api_key"])

/** The OpenFGA id of whoever a verified credential names. `organization` is the realm's, `platform` for the platform realm. */
export function principalId(type: PrincipalType, organization: OrganizationId, subject: string): PrincipalId {
  return `${type}:${organization}/${encodeIdSegment(subject)}` as PrincipalId
}

/** The OpenFGA id of a realm group by its full path. Throws `authz.invalid_object` for a path without a leading `/`. */
export function groupId(organization: OrganizationId, path: string): ObjectId {
  return `group:${organization}/${groupSegments(path).map(encodeIdSegment).join("/")}` as ObjectId
}

/**
 * A group's path and those of the groups that hold it, nearest first: a member of `/a/b` is a member of `/a`.
 * Throws `authz.invalid_object` for a path without a leading `/`.
 */
export function groupAndAncestors(path: string): string[] {
  const segments = groupSegments(path)
  return segments.map((_, index) => `/${segments.slice(0, segments.length - index).join("/")}`)
}

function groupSegments(path: string): string[] {
  const [root, ...segments] = path.split("/")
  if (root !== "" || segments.length === 0 || segments.includes("")) {
    throw new GatehouseError("authz.invalid_object", {
      publicMessage: "A group is named by its full path, like /org-admins.",
    })
  }
  return segments
}

/** The organization as an object of the permission model. */
export function organizationObject(organization: OrganizationId): ObjectId {
  return `organization:${organization}` as ObjectId
}

/** The project as an object of the permission model. */
export function projectObject(project: ProjectUuid): ObjectId {
  return `project:${project}` as ObjectId
}

/** The installation as an object; platform administrators are its admins. */
export const platformObject = "platform:gatehouse" as ObjectId

/** What an id of the permission model says of a principal. */
export interface ParsedPrincipal {
  readonly type: PrincipalType
  readonly organization: OrganizationId
  /** The subject as the realm knows it; undefined where the id holds only its digest. */
  readonly subject: string | undefined
}

/** Takes a principal's id apart, or undefined where it is not one. */
export function parsePrincipalId(id: string): ParsedPrincipal | undefined {
  const match = /^([a-z_]+):([a-z0-9-]+)\/([^/#:*\s]+)$/.exec(id)
  const [, type, organization, segment] = match ?? []
  if (type === undefined || organization === undefined || segment === undefined || !principalTypes.has(type))
    return undefined
  const subject = decodeIdSegment(segment)
  if (subject === undefined && !/^%h[0-9a-f]{64}$/.test(segment)) return undefined
  return { type: type as PrincipalType, organization: organization as OrganizationId, subject }
}

/** True for text that may be a project's UUID. An id that cannot exist answers like one that does not (INVARIANT 7). */
export function isProjectUuid(text: string): text is ProjectUuid {
  return isUuid(text)
}
