import { sql } from "kysely"
import { installBuiltIns } from "./built-ins.ts"
import { done, type Outcome, refused, type StoreScope } from "./scope.ts"
import type { Realm, RealmId, RealmSettings } from "./types.ts"

/** Keycloak's settings of a realm that names none (WIRES.md; durations in seconds). */
export const defaultRealmSettings: RealmSettings = {
  enabled: false,
  displayName: undefined,
  sslRequired: "external",
  accessTokenLifespan: 300,
  ssoSessionIdleTimeout: 1800,
  ssoSessionMaxLifespan: 36_000,
  accessCodeLifespan: 60,
  accessCodeLifespanUserAction: 300,
  accessCodeLifespanLogin: 1800,
  revokeRefreshToken: false,
  refreshTokenMaxReuse: 0,
  notBefore: 0,
  loginWithEmailAllowed: true,
  bruteForceProtected: false,
  failureFactor: 30,
  waitIncrementSeconds: 60,
  maxFailureWaitSeconds: 900,
  maxDeltaTimeSeconds: 43_200,
  defaultSignatureAlgorithm: "RS256",
  attributes: {},
}

/** Realms as such. Deleting one deletes everything in it. */
export interface RealmTable {
  find(name: string): Promise<Realm | undefined>
  findById(realmId: RealmId): Promise<Realm | undefined>
  /** By name, ascending. */
  list(): Promise<readonly Realm[]>
  /**
   * With Keycloak's built-in scopes, roles and the client realm-management. Its first key is activated by the caller in the
   * same transaction.
   */
  create(name: string, settings: RealmSettings, id?: RealmId): Promise<Outcome<Realm, "exists">>
  update(realm: Realm, name: string, settings: RealmSettings): Promise<Outcome<Realm, "exists">>
  delete(realm: Realm): Promise<void>
}

/** Realms as the transaction or connection of the scope sees them. Each change is announced to the providers. */
export function createRealmTable(scope: StoreScope): RealmTable {
  const { database } = scope
  const rows = () => database.selectFrom("identity.realm").selectAll()
  const told = (realm: Realm, kind: "realm" | "realm-deleted") =>
    scope.changed({ realmId: realm.id, realm: realm.realm, kind })
  return {
    async find(name) {
      const row = await rows().where("name", "=", name).executeTakeFirst()
      return row && toRealm(row)
    },
    async findById(realmId) {
      const row = await rows().where("id", "=", realmId).executeTakeFirst()
      return row && toRealm(row)
    },
    async list() {
      return (await rows().orderBy(sql`name collate "C"`).execute()).map(toRealm)
    },
    async create(name, settings, id) {
      const row = await database
        .insertInto("identity.realm")
        .values({ name, settings: JSON.stringify(settings), ...(id === undefined ? {} : { id }) })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return refused("exists")
      const realm = toRealm(row)
      await installBuiltIns(scope, realm)
      told(realm, "realm")
      return done(realm)
    },
    async update(realm, name, settings) {
      const other =
        name === realm.realm ? undefined : await rows().where("name", "=", name).executeTakeFirst()
      if (other) return refused("exists")
      const row = await database
        .updateTable("identity.realm")
        .set({ name, settings: JSON.stringify(settings) })
        .where("id", "=", realm.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      told(realm, "realm")
      const updated = toRealm(row)
      if (updated.realm !== realm.realm) told(updated, "realm")
      return done(updated)
    },
    async delete(realm) {
      await database.deleteFrom("identity.realm").where("id", "=", realm.id).execute()
      told(realm, "realm-deleted")
    },
  }
}

function toRealm(row: { id: string; name: string; settings: RealmSettings }): Realm {
  return { ...defaultRealmSettings, ...row.settings, id: row.id, realm: row.name }
}
