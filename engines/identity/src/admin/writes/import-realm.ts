import { isUuid } from "@gatehouse/contracts"
import { z } from "zod"
import type { AdminStore } from "../../store/create-identity-store.ts"
import { generateRealmKey } from "../../store/realm-keys.ts"
import { defaultRealmSettings } from "../../store/realms.ts"
import type { Group, Realm, Role } from "../../store/types.ts"
import { maximumEntries } from "../body.ts"
import type { AdminCaller } from "../caller.ts"
import { conflict, invalid } from "../refusals.ts"
import { type ClientRepresentation, clientSchema } from "../representations/client.ts"
import { type ImportedGroup, importedGroupSchema } from "../representations/group.ts"
import { mergeRealmSettings, realmUpdateSchema } from "../representations/realm.ts"
import { type RoleRepresentation, roleSchema } from "../representations/role.ts"
import { type UserRepresentation, userSchema } from "../representations/user.ts"
import { isRealmName } from "../rules/names.ts"
import { createClient } from "./write-client.ts"
import { createGroup } from "./write-group.ts"
import { createUser } from "./write-user.ts"

const listOf = <Value>(schema: z.ZodType<Value>) =>
  z.array(schema).max(maximumEntries, "has too many entries").optional()

/** RealmRepresentation as `POST /admin/realms` takes it: settings, and what the realm begins with. */
export const realmImportSchema = realmUpdateSchema.extend({
  clients: listOf(clientSchema),
  groups: listOf(importedGroupSchema),
  roles: z
    .strictObject({ realm: listOf(roleSchema), client: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  users: listOf(userSchema),
})

/** A whole realm as Keycloak exports it, after the schema's checks. May hold passwords and client secrets. */
export type RealmImport = z.infer<typeof realmImportSchema>

/**
 * Makes a realm with everything in its representation, in one transaction: all of it or nothing. Users and clients go by the
 * same rules as when they are created one by one.
 */
export async function importRealm(
  store: AdminStore,
  caller: AdminCaller,
  representation: RealmImport,
): Promise<Realm> {
  const { realm: name, id } = representation
  if (!name) throw invalid("Realm name cannot be empty")
  if (!isRealmName(name)) throw invalid("Realm name is not valid")
  if (Object.keys(representation.roles?.client ?? {}).length > 0) {
    throw invalid("roles.client is not supported by this engine")
  }
  // A key takes longer than all the rest, so it is made beside it; a refused import does not wait for it.
  const key = generateRealmKey()
  key.catch(() => undefined)
  return store.transaction(async (within) => {
    const settings = mergeRealmSettings(defaultRealmSettings, representation)
    const written = await within.realms.create(name, settings, isUuid(id ?? "") ? id : undefined)
    if (!written.ok) throw conflict(`Realm ${name} already exists`)
    const realm = written.value
    await importRoles(within, realm, representation.roles?.realm ?? [])
    await importGroups(within, realm, undefined, representation.groups ?? [])
    await importClients(within, caller, realm, representation.clients ?? [])
    for (const user of representation.users ?? []) await importUser(within, realm, user)
    await within.keys.activate(realm, await key)
    return realm
  })
}

async function importRoles(store: AdminStore, realm: Realm, roles: readonly RoleRepresentation[]) {
  for (const { name, description, attributes } of roles) {
    if (name === undefined) throw invalid("A role has no name")
    await store.roles.create(realm, undefined, { name, description, attributes: attributes ?? {} })
  }
}

async function importClients(
  store: AdminStore,
  caller: AdminCaller,
  realm: Realm,
  clients: readonly ClientRepresentation[],
) {
  for (const client of clients) await createClient(store, caller, realm, client)
}

async function importGroups(
  store: AdminStore,
  realm: Realm,
  parent: Group | undefined,
  groups: readonly ImportedGroup[],
): Promise<void> {
  for (const {
    subGroups,
    realmRoles,
    clientRoles,
    ...representation
  } of groups as readonly (ImportedGroup & {
    clientRoles?: unknown
  })[]) {
    const group = await createGroup(store, realm, parent, representation)
    const roles = await realmRolesNamed(store, realm, realmRoles ?? [])
    await store.roles.give(realm, { kind: "group", id: group.id }, roles)
    await importGroups(store, realm, group, subGroups ?? [])
  }
}

async function importUser(store: AdminStore, realm: Realm, representation: UserRepresentation) {
  const { groups = [], realmRoles = [], clientRoles = {} } = representation
  const user = await createUser(store, realm, representation, { managed: false })
  const holder = { kind: "user", id: user.id } as const
  await store.roles.give(realm, holder, await realmRolesNamed(store, realm, realmRoles))
  for (const [clientId, names] of Object.entries(clientRoles)) {
    const client = await store.findClient(realm.id, clientId)
    const roles = await Promise.all(
      names.map((role) => client && store.roles.findByName(realm.id, client.id, role)),
    )
    if (roles.some((role) => role === undefined))
      throw invalid("A user has a client role that does not exist")
    await store.roles.give(realm, holder, roles as Role[])
  }
  for (const path of groups) {
    const group = await store.groups.findByPath(realm.id, path)
    if (!group) throw invalid("A user is in a group that does not exist")
    await store.groups.join(realm, user, group)
  }
}

/** Realm roles by name; an import creates those that are missing. */
async function realmRolesNamed(store: AdminStore, realm: Realm, names: readonly string[]): Promise<Role[]> {
  const roles: Role[] = []
  for (const name of names) {
    const existing = await store.roles.findByName(realm.id, undefined, name)
    if (existing) roles.push(existing)
    else {
      const written = await store.roles.create(realm, undefined, {
        name,
        description: undefined,
        attributes: {},
      })
      if (written.ok) roles.push(written.value)
    }
  }
  return roles
}
