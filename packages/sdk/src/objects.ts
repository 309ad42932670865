import type {
  OrganizationId,
  OrganizationPermission,
  ProjectPermission,
  ResourcePermission,
} from "@gatehouse/contracts"

/** An organization as the object of a permission. */
export interface OrganizationReference {
  readonly kind: "organization"
  readonly id: OrganizationId
}

/** A project as the object of a permission, by the id that the caller wrote: a malformed one answers like a missing one. */
export interface ProjectReference {
  readonly kind: "project"
  readonly id: string
}

/** A row of a registered resource type as the object of a permission, by the id that the caller wrote. */
export interface ResourceReference {
  readonly kind: "resource"
  readonly type: string
  readonly id: string
}

/** What a permission can be asked on. */
export type ObjectReference = OrganizationReference | ProjectReference | ResourceReference

/** The permissions that can be asked on an object of that kind. */
export type PermissionOn<Reference extends ObjectReference> = Reference extends OrganizationReference
  ? OrganizationPermission
  : Reference extends ProjectReference
    ? ProjectPermission
    : ResourcePermission

/** Names an organization in `requirePermission`. */
export function organization(id: OrganizationId): OrganizationReference {
  return { kind: "organization", id }
}

/** Names a project in `requirePermission`. Takes the id as the client wrote it. */
export function project(id: string): ProjectReference {
  return { kind: "project", id }
}

/** Names a row of a registered resource type in `requirePermission`. Takes the id as the client wrote it. */
export function resource(type: string, id: string): ResourceReference {
  return { kind: "resource", type, id }
}
