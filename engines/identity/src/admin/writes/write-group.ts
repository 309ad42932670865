import type { AdminStore } from "../../store/create-identity-store.ts"
import type { Group, Realm } from "../../store/types.ts"
import { conflict, invalid } from "../refusals.ts"
import type { GroupRepresentation } from "../representations/group.ts"

type GroupBody = Pick<GroupRepresentation, "id" | "name" | "description" | "attributes">

/** Creates a group at the top or under a parent. */
export async function createGroup(
  store: AdminStore,
  realm: Realm,
  parent: Group | undefined,
  { name, description, attributes }: GroupBody,
): Promise<Group> {
  const written = await store.groups.create(realm, parent, {
    name: requireGroupName(name),
    description,
    attributes: attributes ?? {},
  })
  if (!written.ok) {
    throw conflict(`${parent ? "Sibling" : "Top level"} group named '${name}' already exists.`)
  }
  return written.value
}

/** Renames or describes a group; its path and those beneath it follow. */
export async function updateGroup(
  store: AdminStore,
  realm: Realm,
  group: Group,
  { id, name, description, attributes }: GroupBody,
): Promise<void> {
  if (id !== undefined && id !== group.id) throw invalid("Invalid group id")
  const written = await store.groups.update(realm, group, {
    name: requireGroupName(name),
    description,
    attributes: attributes ?? group.attributes,
  })
  if (!written.ok) throw conflict(`Sibling group named '${name}' already exists.`)
}

/** A `/` in a name would make two groups read as one path, so it is refused; Keycloak takes it. */
function requireGroupName(name: string | undefined): string {
  if (!name?.trim()) throw invalid("Group name is missing")
  if (name.includes("/") || name !== name.trim()) throw invalid("Group name is not valid")
  return name
}
