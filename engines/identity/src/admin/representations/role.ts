import { z } from "zod"
import type { Role } from "../../store/types.ts"
import { maximumEntries, onlyEmpty, onlyValue, readOnly, textField, textListMap } from "../body.ts"

/** RoleRepresentation as `POST` and `PUT` take it. */
export const roleSchema = z.strictObject({
  id: textField.optional(),
  name: textField.min(1).max(255).optional(),
  description: textField.max(255).optional(),
  attributes: textListMap.optional(),
  composite: onlyValue(false),
  composites: onlyEmpty,
  clientRole: readOnly,
  containerId: readOnly,
  scopeParamRequired: readOnly,
})

/** A role as the admin API takes it, after the schema's checks. */
export type RoleRepresentation = z.infer<typeof roleSchema>

/** Roles as role mappings name them: found by id, and the name has to agree. */
export const roleReferencesSchema = z
  .array(z.looseObject({ id: textField, name: textField.optional() }))
  .max(maximumEntries, "has too many entries")

/** RoleRepresentation; lists are brief, without attributes. */
export function toRoleRepresentation(role: Role, { brief = false } = {}): Record<string, unknown> {
  const { id, name, description, composite, clientUuid, realmId, attributes } = role
  return {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    composite,
    clientRole: clientUuid !== undefined,
    containerId: clientUuid ?? realmId,
    ...(brief ? {} : { attributes }),
  }
}
