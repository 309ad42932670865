import { type Clock, createManualClock, Secret } from "@gatehouse/kernel"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import type { Kysely } from "kysely"
import { type AdminStore, createIdentityStore } from "../store/create-identity-store.ts"
import { identityMigrations, identitySchema } from "../store/migrations.ts"
import { generateRealmKey } from "../store/realm-keys.ts"
import { defaultRealmSettings } from "../store/realms.ts"
import type { IdentityTables } from "../store/schema.ts"
import type { Realm, RealmSettings, User } from "../store/types.ts"

/** A store on a real database of its own. */
export interface TestStore extends AsyncDisposable {
  readonly store: AdminStore
  readonly database: Kysely<IdentityTables>
  readonly clock: ReturnType<typeof createManualClock>
  /** A second store on the same rows: another process, another key. */
  reopen(encryptionKey: Secret, clock?: Clock): AdminStore
}

const testEncryptionKey = new Secret("an encryption key of tests, long enough")

/** Milliseconds since the epoch at which the tests' clock starts. */
const testStart = Date.UTC(2026, 10, 1)

export async function createTestStore(): Promise<TestStore> {
  const test = await createTestDatabase()
  const pool = createPool({ url: test.url, max: 12, applicationName: "identity-tests" })
  const database = createDatabase<IdentityTables>(pool)
  await migrate(database, identitySchema, identityMigrations)
  const clock = createManualClock(testStart)
  const reopen = (encryptionKey: Secret, at: Clock = clock) =>
    createIdentityStore({ database, encryptionKey, clock: at })
  return {
    store: reopen(testEncryptionKey),
    database,
    clock,
    reopen,
    [Symbol.asyncDispose]: async () => {
      await database.destroy()
      await test.drop()
    },
  }
}

let sharedKey: ReturnType<typeof generateRealmKey> | undefined

/** A realm that is enabled. All of a file's realms share one key pair: making one takes long. */
export async function createTestRealm(
  store: AdminStore,
  name: string,
  settings: Partial<RealmSettings> = {},
): Promise<Realm> {
  sharedKey ??= generateRealmKey()
  const written = await store.realms.create(name, { ...defaultRealmSettings, enabled: true, ...settings })
  if (!written.ok) throw new Error("the test's realm exists already")
  await store.keys.activate(written.value, await sharedKey)
  return written.value
}

/** An enabled user with a name and nothing else. */
export async function createTestUser(store: AdminStore, realm: Realm, username: string): Promise<User> {
  const written = await store.users.create(realm, {
    username,
    email: undefined,
    emailVerified: false,
    firstName: undefined,
    lastName: undefined,
    enabled: true,
    attributes: {},
    requiredActions: [],
  })
  if (!written.ok) throw new Error("the test's user exists already")
  return written.value
}
