import { isUuid } from "@gatehouse/contracts"
import { type Selectable, sql } from "kysely"
import { normalizeUsername } from "./names.ts"
import type { IdentityTables } from "./schema.ts"
import { done, type Outcome, refused, type Slice, type StoreScope } from "./scope.ts"
import type { Realm, RealmId, User } from "./types.ts"
import { createUserPasswords, type UserPasswords } from "./user-passwords.ts"
import { type UserFilter, userConditions } from "./user-search.ts"

/** A user to be written. Names and e-mail are put into canonical form here. */
export type UserInput = Pick<
  User,
  | "username"
  | "email"
  | "emailVerified"
  | "firstName"
  | "lastName"
  | "enabled"
  | "attributes"
  | "requiredActions"
> & { readonly id?: string; readonly serviceAccountClient?: string }

/** Two users of a realm never share a user name or an e-mail address. */
export type UserRefusal = "username_exists" | "email_exists"

/** Users and service accounts, each call inside one realm. */
export interface UserTable extends UserPasswords {
  find(realmId: RealmId, userId: string): Promise<User | undefined>
  findByUsername(realmId: RealmId, username: string): Promise<User | undefined>
  findByUsernameOrEmail(realm: Realm, name: string): Promise<User | undefined>
  findServiceAccount(realmId: RealmId, clientUuid: string): Promise<User | undefined>
  /** By user name, ascending. */
  list(realmId: RealmId, filter: UserFilter, slice: Slice): Promise<readonly User[]>
  count(realmId: RealmId, filter: UserFilter): Promise<number>
  create(realm: Realm, input: UserInput): Promise<Outcome<User, UserRefusal>>
  update(realm: Realm, user: User, input: UserInput): Promise<Outcome<User, UserRefusal>>
  delete(realm: Realm, user: User): Promise<void>
  setNotBefore(realm: Realm, userId: string, seconds: number): Promise<void>
}

/** The users of all realms. */
export function createUserTable(scope: StoreScope): UserTable {
  return { ...userReads(scope), ...userWrites(scope), ...createUserPasswords(scope) }
}

const table = "identity.user_account" as const

function rowsOf({ database }: StoreScope, realmId: RealmId) {
  return database.selectFrom(table).selectAll().where("realm_id", "=", realmId)
}

async function firstOf(query: ReturnType<typeof rowsOf>): Promise<User | undefined> {
  const row = await query.executeTakeFirst()
  return row && toUser(row)
}

type Reads = "find" | "findByUsername" | "findByUsernameOrEmail" | "findServiceAccount" | "list" | "count"

function userReads(scope: StoreScope): Pick<UserTable, Reads> {
  const rows = (realmId: RealmId) => rowsOf(scope, realmId)
  return {
    find: async (realmId, userId) =>
      isUuid(userId) ? firstOf(rows(realmId).where("id", "=", userId)) : undefined,
    findByUsername: (realmId, name) => firstOf(rows(realmId).where("username", "=", normalizeUsername(name))),
    async findByUsernameOrEmail(realm, name) {
      const text = normalizeUsername(name)
      const people = () => rows(realm.id).where("service_account_client", "is", null)
      const byEmail =
        realm.loginWithEmailAllowed && text.includes("@")
          ? await firstOf(people().where("email", "=", text))
          : undefined
      return byEmail ?? firstOf(people().where("username", "=", text))
    },
    findServiceAccount: async (realmId, clientUuid) =>
      isUuid(clientUuid)
        ? firstOf(rows(realmId).where("service_account_client", "=", clientUuid))
        : undefined,
    async list(realmId, filter, { first = 0, max }) {
      const found = await rows(realmId)
        .where((where) => userConditions(where, filter))
        .orderBy(sql`username collate "C"`)
        .offset(first)
        .$if(max !== undefined, (query) => query.limit(max ?? 0))
        .execute()
      return found.map(toUser)
    },
    async count(realmId, filter) {
      const { count } = await scope.database
        .selectFrom(table)
        .select((select) => select.fn.countAll<string>().as("count"))
        .where("realm_id", "=", realmId)
        .where((where) => userConditions(where, filter))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

function userWrites(scope: StoreScope): Pick<UserTable, "create" | "update" | "delete" | "setNotBefore"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "user" })
  const taken = async (realmId: RealmId, input: UserInput, exceptId?: string): Promise<UserRefusal> => {
    const username = normalizeUsername(input.username)
    const same = await firstOf(rowsOf(scope, realmId).where("username", "=", username))
    return same && same.id !== exceptId ? "username_exists" : "email_exists"
  }
  return {
    async create(realm, input) {
      const row = await database
        .insertInto(table)
        .values({
          ...toColumns(input),
          realm_id: realm.id,
          not_before: 0,
          ...(input.id === undefined ? {} : { id: input.id }),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return refused(await taken(realm.id, input))
      told(realm)
      return done(toUser(row))
    },
    async update(realm, user, input) {
      const columns = toColumns({ ...input, ...(user.serviceAccountClient ? serviceAccount(user) : {}) })
      const clash = await database
        .selectFrom(table)
        .select("id")
        .where("realm_id", "=", realm.id)
        .where("id", "<>", user.id)
        .where((where) =>
          where.or([where("username", "=", columns.username), where("email", "=", columns.email)]),
        )
        .executeTakeFirst()
      if (clash) return refused(await taken(realm.id, input, user.id))
      const row = await database
        .updateTable(table)
        .set(columns)
        .where("realm_id", "=", realm.id)
        .where("id", "=", user.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      told(realm)
      return done(toUser(row))
    },
    async delete(realm, user) {
      await database.deleteFrom(table).where("realm_id", "=", realm.id).where("id", "=", user.id).execute()
      told(realm)
    },
    async setNotBefore(realm, userId, seconds) {
      await database
        .updateTable(table)
        .set({ not_before: seconds })
        .where("realm_id", "=", realm.id)
        .where("id", "=", userId)
        .execute()
      told(realm)
    },
  }
}

/** What of a service account's user stays whatever an update says. */
function serviceAccount(user: User) {
  return { username: user.username, serviceAccountClient: user.serviceAccountClient ?? "" }
}

function toColumns(input: UserInput) {
  const email = input.email === undefined ? "" : normalizeUsername(input.email)
  return {
    username: normalizeUsername(input.username),
    email: email === "" ? null : email,
    email_verified: input.emailVerified,
    first_name: input.firstName ?? null,
    last_name: input.lastName ?? null,
    enabled: input.enabled,
    attributes: JSON.stringify(input.attributes),
    required_actions: JSON.stringify(input.requiredActions),
    service_account_client: input.serviceAccountClient ?? null,
  }
}

/** A row as a user. */
export function toUser(row: Selectable<IdentityTables["identity.user_account"]>): User {
  return {
    id: row.id,
    realmId: row.realm_id,
    username: row.username,
    email: row.email ?? undefined,
    emailVerified: row.email_verified,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    enabled: row.enabled,
    createdTimestamp: row.created_at.getTime(),
    notBefore: Number(row.not_before),
    attributes: row.attributes,
    requiredActions: row.required_actions,
    serviceAccountClient: row.service_account_client ?? undefined,
  }
}
