import {
  isOrganizationId,
  isProjectUuid,
  isResourceType,
  type Permission,
  permissionsOfType,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { DecisionObject } from "@gatehouse/sdk/decision"

/** A question of somebody about a permission. */
export interface Question {
  readonly permission: Permission
  /** As it was written. */
  readonly objectText: string
  /** Undefined for an id that nothing can have: it answers like one that nothing has. */
  readonly object: DecisionObject | undefined
  /** What the asker supplies for conditions. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads `{permission, object}`. Throws `authz.invalid_object` for what is no `type:id` of a type that is asked about here, and
 * `authz.unknown_permission`. A resource's project is known to its own service alone, so it is asked about there.
 */
export function readQuestion(permission: string, objectText: string): Question {
  const colon = objectText.indexOf(":")
  const type = objectText.slice(0, Math.max(colon, 0))
  const id = objectText.slice(colon + 1)
  if (isResourceType(type)) {
    throw new GatehouseError("authz.invalid_object", {
      publicMessage: "Ask about the project that it belongs to: a resource's permissions are its project's.",
    })
  }
  const permissions = permissionsAskedOn(type)
  if (permissions === undefined || id === "") throw new GatehouseError("authz.invalid_object")
  if (!permissions.has(permission as Permission)) throw new GatehouseError("authz.unknown_permission")
  return { permission: permission as Permission, objectText, object: objectOf(type, id) }
}

/** The permissions that are asked about here on a type; undefined for a type that is not asked about. */
export function permissionsAskedOn(type: string): ReadonlySet<Permission> | undefined {
  return type === "organization" || type === "project" ? permissionsOfType(type) : undefined
}

/** The object of a type that is asked about here; undefined for an id that nothing of the type can have. */
export function objectOf(type: string, id: string): DecisionObject | undefined {
  if (type === "organization") return isOrganizationId(id) ? { type: "organization", id } : undefined
  return type === "project" && isProjectUuid(id) ? { type: "project", id } : undefined
}
