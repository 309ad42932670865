import { z } from "zod"
import type { Group } from "../../store/types.ts"
import { maximumEntries, onlyEmpty, readOnly, textField, textList, textListMap } from "../body.ts"

const members = {
  id: textField.optional(),
  name: textField.max(255).optional(),
  path: textField.optional(),
  parentId: textField.optional(),
  description: textField.max(255).optional(),
  attributes: textListMap.optional(),
  subGroupCount: readOnly,
  access: readOnly,
}

/** GroupRepresentation as `POST` and `PUT` take it. */
export const groupSchema = z.strictObject({
  ...members,
  subGroups: onlyEmpty,
  realmRoles: readOnly,
  clientRoles: readOnly,
})

/** A group as the admin API takes it, without the groups below it. */
export type GroupRepresentation = z.infer<typeof groupSchema>

/** GroupRepresentation as an import takes it: a tree, with the roles that each group gives. */
export interface ImportedGroup extends Omit<GroupRepresentation, "subGroups" | "realmRoles" | "clientRoles"> {
  readonly subGroups?: readonly ImportedGroup[] | undefined
  readonly realmRoles?: readonly string[] | undefined
}

/** A group of a realm import with the groups below it. Client roles are refused unless they are empty. */
export const importedGroupSchema: z.ZodType<ImportedGroup> = z.lazy(() =>
  z.strictObject({
    ...members,
    subGroups: z.array(importedGroupSchema).max(maximumEntries, "has too many entries").optional(),
    realmRoles: textList.optional(),
    clientRoles: onlyEmpty,
  }),
)

/** GroupRepresentation. `subGroups` is filled by a search alone; `subGroupCount` and the children's own list tell otherwise. */
export function toGroupRepresentation(
  group: Group,
  { full = false, realmRoles = [] as readonly string[], subGroups = [] as readonly unknown[] } = {},
): Record<string, unknown> {
  const { id, name, path, parentId, description, subGroupCount, attributes } = group
  return {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    path,
    ...(parentId === undefined ? {} : { parentId }),
    subGroupCount,
    subGroups,
    ...(full ? { attributes, realmRoles, clientRoles: {} } : {}),
    access: { view: true, viewMembers: true, manageMembers: true, manage: true, manageMembership: true },
  }
}
