import { permissionModel } from "./model.ts"
import type { Permission } from "./permission.ts"

const byType: ReadonlyMap<string, ReadonlySet<Permission>> = new Map(
  permissionModel.type_definitions.map((definition) => [
    definition.type,
    new Set(Object.keys(definition.relations ?? {}).filter((relation) => relation.startsWith("can_"))),
  ]),
) as ReadonlyMap<string, ReadonlySet<Permission>>

/** The permissions that the model defines on a type; undefined where it has none, which refuses (INVARIANT 1). */
export function permissionsOfType(type: string): ReadonlySet<Permission> | undefined {
  const permissions = byType.get(type)
  return permissions?.size ? permissions : undefined
}

/** True for a type whose objects are rows with a project for a parent. */
export function isResourceType(type: string): boolean {
  return resourceTypes.has(type)
}

const resourceTypes: ReadonlySet<string> = new Set(
  permissionModel.type_definitions
    .filter((definition) => "project" in (definition.relations ?? {}))
    .map((definition) => definition.type),
)
