import { assertDefined, type Clock, nowSeconds, type Secret, systemClock } from "@gatehouse/kernel"
import type { Kysely } from "kysely"
import { type ClientScopeTable, createClientScopeTable } from "./client-scopes.ts"
import { type ClientTable, createClientTable } from "./clients.ts"
import { createExpiringObjects } from "./expiring-objects.ts"
import { createGroupTable, type GroupTable } from "./groups.ts"
import { createLoginFailureTable } from "./login-failures.ts"
import { createMapperTable, type MapperTable } from "./mappers.ts"
import { createRealmKeyTable, type RealmKeyTable } from "./realm-keys.ts"
import { createRealmTable, type RealmTable } from "./realms.ts"
import { createRoleTable, type RoleTable } from "./roles.ts"
import type { IdentityTables } from "./schema.ts"
import type { StoreScope } from "./scope.ts"
import { createSealer } from "./sealer.ts"
import type { IdentityStore, RealmId, StoreChange } from "./types.ts"
import { createUserTable, type UserTable } from "./users.ts"

/** The store with the writes of the Admin API. */
export interface AdminStore extends IdentityStore {
  readonly realms: RealmTable
  readonly keys: RealmKeyTable
  readonly clients: ClientTable
  readonly clientScopes: ClientScopeTable
  readonly mappers: MapperTable
  readonly users: UserTable
  readonly groups: GroupTable
  readonly roles: RoleTable
  /** Runs the work in one transaction: all of it or nothing. Listeners hear of its changes after the commit. */
  transaction<Result>(work: (store: AdminStore) => Promise<Result>): Promise<Result>
}

/** The database, and the key that seals what must not be read from a copy of it. */
export interface IdentityStoreOptions {
  readonly database: Kysely<IdentityTables>
  /** Seals private keys, client secrets and expiring objects; at least 32 characters. Losing it loses those. */
  readonly encryptionKey: Secret
  readonly clock?: Clock
}

/** The engine's state on PostgreSQL. The schema must have been migrated (`identityMigrations`). */
export function createIdentityStore(options: IdentityStoreOptions): AdminStore {
  const { database, encryptionKey, clock = systemClock } = options
  const listeners = new Set<(change: StoreChange) => void>()
  const tell = (change: StoreChange) => {
    for (const listener of listeners) listener(change)
  }
  const sealer = createSealer(encryptionKey)
  const onChange: IdentityStore["onChange"] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const atomically: Atomically = async (work) => {
    const changes: StoreChange[] = []
    const result = await database.transaction().execute((transaction) => {
      const scope = {
        database: transaction,
        sealer,
        clock,
        changed: (change: StoreChange) => changes.push(change),
      }
      const within: AdminStore = composeStore(scope, onChange, (nested) => nested(within))
      return work(within)
    })
    for (const change of changes) tell(change)
    return result
  }
  return composeStore({ database, sealer, clock, changed: tell }, onChange, atomically)
}

type Atomically = <Result>(work: (store: AdminStore) => Promise<Result>) => Promise<Result>

function composeStore(
  scope: StoreScope,
  onChange: IdentityStore["onChange"],
  transaction: Atomically,
): AdminStore {
  const realms = createRealmTable(scope)
  const keys = createRealmKeyTable(scope)
  const clients = createClientTable(scope)
  const clientScopes = createClientScopeTable(scope)
  const users = createUserTable(scope)
  const groups = createGroupTable(scope)
  const roles = createRoleTable(scope)
  const failures = createLoginFailureTable(scope)
  const expiring = createExpiringObjects(scope)
  const realmOf = async (realmId: RealmId) =>
    assertDefined(await realms.findById(realmId), "the realm of a user exists")

  return {
    realms,
    keys,
    clients,
    clientScopes,
    mappers: createMapperTable(scope),
    users,
    groups,
    roles,
    expiring,
    transaction,
    onChange,
    findRealm: realms.find,
    findRealmById: realms.findById,
    realmKeys: keys.read,
    findClient: clients.findByClientId,
    clientScopesOf: clientScopes.ofClient,
    findUser: users.find,
    async findUserByUsernameOrEmail(realmId, name) {
      const realm = await realms.findById(realmId)
      return realm && users.findByUsernameOrEmail(realm, name)
    },
    findServiceAccountUser: users.findServiceAccount,
    groupPathsOf: async (user) => (await groups.ofUser(user)).map(({ path }) => path),
    effectiveRealmRolesOf: async (user) => (await roles.effectiveOf(user)).realm,
    effectiveRolesOf: roles.effectiveOf,
    verifyPassword: users.verifyPassword,
    loginFailuresOf: failures.of,
    recordLoginFailure: async (user) => failures.record(await realmOf(user.realmId), user),
    clearLoginFailures: failures.clear,
    setPassword: (user, password, { temporary }) =>
      transaction(async (store) => {
        await store.users.writePassword(user, password, temporary)
        await store.logoutUser(user.realmId, user.id)
      }),
    logoutUser: (realmId, userId) =>
      transaction(async (store) => {
        const realm = await store.findRealmById(realmId)
        if (!realm) return
        await store.users.setNotBefore(realm, userId, nowSeconds(scope.clock))
        await store.expiring.destroyByAccount(realmId, userId)
      }),
  }
}
