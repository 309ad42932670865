import { realmAdministratorRole, realmManagementClientId } from "../store/built-ins.ts"
import type { AdminStore } from "../store/create-identity-store.ts"
import type { Client, Group, Realm, Role, User } from "../store/types.ts"
import type { AdminTokenFacts } from "./admin-api-deps.ts"
import { forbidden, unauthorized } from "./refusals.ts"

/** The realm whose administrators may do everything in every realm. */
export const masterRealm = "master"
/** The role of the master realm that makes one such an administrator. */
export const masterAdministratorRole = "admin"

/** A role of realm-management. Of several that a call names, one is enough. */
export type Right =
  | "view-realm"
  | "manage-realm"
  | "view-clients"
  | "manage-clients"
  | "create-client"
  | "view-users"
  | "manage-users"

/** Who calls. A platform administrator may do everything; any other acts in the realm of the token alone. */
export type AdminCaller =
  | { readonly kind: "platform" }
  | {
      readonly kind: "realm"
      readonly realm: string
      readonly rights: ReadonlySet<string>
      /** Ids of every role the caller holds. */
      readonly roleIds: ReadonlySet<string>
    }

/**
 * Who a verified token is of. Throws 401 without one, and 403 for a user of the master realm without the role.
 * Rights are read now: what is taken away stops at once, what is given counts at once.
 */
export async function identifyCaller(
  store: AdminStore,
  facts: AdminTokenFacts | undefined,
): Promise<AdminCaller> {
  const realm = facts && (await store.findRealm(facts.realm))
  const user = realm?.enabled ? await store.findUser(realm.id, facts?.subject ?? "") : undefined
  if (!realm || !user?.enabled) throw unauthorized()
  const roles = await store.effectiveRolesOf(user)
  if (realm.realm === masterRealm) {
    if (!roles.realm.includes(masterAdministratorRole)) throw forbidden()
    return { kind: "platform" }
  }
  const rights = Object.hasOwn(roles.clients, realmManagementClientId)
    ? (roles.clients[realmManagementClientId] ?? [])
    : []
  return {
    kind: "realm",
    realm: realm.realm,
    rights: new Set(rights),
    roleIds: await store.roles.effectiveIdsOf(user),
  }
}

/**
 * Throws 403 unless the caller holds one of the rights in the realm of that name. It is asked by name, before the realm is
 * looked up: another's realm answers like one that does not exist (INVARIANT 7).
 */
export function requireRight(caller: AdminCaller, realm: string, anyOf: readonly Right[]): void {
  if (caller.kind === "platform") return
  if (caller.realm !== realm || !anyOf.some((right) => caller.rights.has(right))) throw forbidden()
}

/** Throws 403 unless the caller administers the whole platform. */
export function requirePlatform(caller: AdminCaller): void {
  if (caller.kind !== "platform") throw forbidden()
}

/** Throws 403 if somebody would get, by these roles or what they bring with them, a role that the caller lacks. */
export async function requireMayGive(
  store: AdminStore,
  caller: AdminCaller,
  realm: Realm,
  roles: readonly Role[],
): Promise<void> {
  if (holdsAll(caller)) return
  const given = await store.roles.closureOf(
    realm.id,
    roles.map(({ id }) => id),
  )
  requireHeld(caller, given)
}

/** The same for a group: whoever joins it, or a group beneath it, gets its roles and those of the groups that hold it. */
export async function requireMayJoin(store: AdminStore, caller: AdminCaller, group: Group): Promise<void> {
  if (holdsAll(caller)) return
  requireHeld(caller, await store.roles.effectiveIdsOfGroup(group))
}

/** Throws 403 if the user holds a role that the caller lacks: nobody takes over an account above their own. */
export async function requireMayControl(store: AdminStore, caller: AdminCaller, user: User): Promise<void> {
  if (holdsAll(caller)) return
  requireHeld(caller, await store.roles.effectiveIdsOf(user))
}

/** The same for a client: its secret, redirect URIs and mappers open its service account. */
export async function requireMayControlClient(
  store: AdminStore,
  caller: AdminCaller,
  client: Client,
): Promise<void> {
  const user = await store.findServiceAccountUser(client.realmId, client.id)
  if (user) await requireMayControl(store, caller, user)
}

/** A realm's administrator (`realm-admin`) holds, by definition, everything in the realm. */
function holdsAll(caller: AdminCaller): boolean {
  return caller.kind === "platform" || caller.rights.has(realmAdministratorRole)
}

function requireHeld(caller: AdminCaller, roleIds: ReadonlySet<string>): void {
  if (caller.kind === "platform") return
  if (![...roleIds].every((id) => caller.roleIds.has(id))) throw forbidden()
}
