import { isUuid } from "@gatehouse/contracts"
import { type Selectable, sql } from "kysely"
import type { IdentityTables } from "./schema.ts"
import { done, type Outcome, refused, type Slice, type StoreScope } from "./scope.ts"
import type { Group, Realm, RealmId, User } from "./types.ts"
import { toUser } from "./users.ts"

/** What a caller sets of a group; its place and id are the table's. */
export type GroupInput = Pick<Group, "name" | "description" | "attributes">

/** The tree of a realm's groups. Paths are kept with the rows and follow a rename. */
export interface GroupTable {
  find(realmId: RealmId, groupId: string): Promise<Group | undefined>
  findByPath(realmId: RealmId, path: string): Promise<Group | undefined>
  /** The children of a group, or the top-level groups, by name. */
  children(realmId: RealmId, parentId: string | undefined, slice: Slice): Promise<readonly Group[]>
  /** Every group whose name contains the text (or equals it), and the groups that hold those, by path. */
  search(realmId: RealmId, text: string, exact: boolean): Promise<readonly Group[]>
  create(realm: Realm, parent: Group | undefined, input: GroupInput): Promise<Outcome<Group, "exists">>
  update(realm: Realm, group: Group, input: GroupInput): Promise<Outcome<Group, "exists">>
  /** With every group beneath it. */
  delete(realm: Realm, group: Group): Promise<void>
  /** Direct members, by user name. */
  members(realmId: RealmId, groupId: string, slice: Slice): Promise<readonly User[]>
  /** Groups that the user is a direct member of, by path. */
  ofUser(user: User): Promise<readonly Group[]>
  join(realm: Realm, user: User, group: Group): Promise<void>
  leave(realm: Realm, user: User, group: Group): Promise<void>
}

/** The groups of all realms. */
export function createGroupTable(scope: StoreScope): GroupTable {
  return { ...groupReads(scope), ...groupWrites(scope), ...groupMembers(scope) }
}

const table = "identity.user_group" as const
const byPath = sql`path collate "C"`

function rowsOf({ database }: StoreScope, realmId: RealmId) {
  return database
    .selectFrom(`${table} as g`)
    .selectAll("g")
    .select(sql<string>`(select count(*) from identity.user_group c where c.parent_id = g.id)`.as("children"))
    .where("g.realm_id", "=", realmId)
}

async function findByPath(scope: StoreScope, realmId: RealmId, path: string): Promise<Group | undefined> {
  const row = await rowsOf(scope, realmId).where("g.path", "=", path).executeTakeFirst()
  return row && toGroup(row)
}

function groupReads(scope: StoreScope): Pick<GroupTable, "find" | "findByPath" | "children" | "search"> {
  const rows = (realmId: RealmId) => rowsOf(scope, realmId)
  return {
    async find(realmId, groupId) {
      const row = isUuid(groupId)
        ? await rows(realmId).where("g.id", "=", groupId).executeTakeFirst()
        : undefined
      return row && toGroup(row)
    },
    findByPath: (realmId, path) => findByPath(scope, realmId, path),
    async children(realmId, parentId, { first = 0, max }) {
      const found = await rows(realmId)
        .where((where) =>
          parentId === undefined ? where("g.parent_id", "is", null) : where("g.parent_id", "=", parentId),
        )
        .orderBy(byPath)
        .offset(first)
        .$if(max !== undefined, (query) => query.limit(max ?? 0))
        .execute()
      return found.map(toGroup)
    },
    async search(realmId, text, exact) {
      const matches = exact
        ? sql<boolean>`m.name = ${text}`
        : sql<boolean>`position(lower(${text}) in lower(m.name)) > 0`
      const found = await rows(realmId)
        .where(
          sql<boolean>`exists (select 1 from identity.user_group m where m.realm_id = g.realm_id and ${matches}
            and (m.id = g.id or starts_with(m.path, g.path || '/')))`,
        )
        .orderBy(byPath)
        .execute()
      return found.map(toGroup)
    },
  }
}

function groupWrites(scope: StoreScope): Pick<GroupTable, "create" | "update" | "delete"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "group" })
  return {
    async create(realm, parent, input) {
      const row = await database
        .insertInto(table)
        .values({
          ...toColumns(input),
          realm_id: realm.id,
          parent_id: parent?.id ?? null,
          path: `${parent?.path ?? ""}/${input.name}`,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return refused("exists")
      told(realm)
      return done(toGroup({ ...row, children: "0" }))
    },
    async update(realm, group, input) {
      const path = `${group.path.slice(0, group.path.lastIndexOf("/"))}/${input.name}`
      if (path !== group.path) {
        if (await findByPath(scope, realm.id, path)) return refused("exists")
        await database
          .updateTable(table)
          .set({ path: sql<string>`${path} || substr(path, length(${group.path}) + 1)` })
          .where("realm_id", "=", realm.id)
          .where(sql<boolean>`(path = ${group.path} or starts_with(path, ${`${group.path}/`}))`)
          .execute()
      }
      await database
        .updateTable(table)
        .set(toColumns(input))
        .where("realm_id", "=", realm.id)
        .where("id", "=", group.id)
        .execute()
      told(realm)
      return done({ ...group, ...input, path })
    },
    async delete(realm, group) {
      await database.deleteFrom(table).where("realm_id", "=", realm.id).where("id", "=", group.id).execute()
      told(realm)
    },
  }
}

function groupMembers(scope: StoreScope): Pick<GroupTable, "members" | "ofUser" | "join" | "leave"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "group" })
  return {
    async members(realmId, groupId, { first = 0, max }) {
      const found = await database
        .selectFrom("identity.user_account as u")
        .innerJoin("identity.group_member as m", "m.user_id", "u.id")
        .selectAll("u")
        .where("u.realm_id", "=", realmId)
        .where("m.group_id", "=", groupId)
        .orderBy(sql`u.username collate "C"`)
        .offset(first)
        .$if(max !== undefined, (query) => query.limit(max ?? 0))
        .execute()
      return found.map(toUser)
    },
    async ofUser(user) {
      const found = await rowsOf(scope, user.realmId)
        .innerJoin("identity.group_member as m", "m.group_id", "g.id")
        .where("m.user_id", "=", user.id)
        .orderBy(byPath)
        .execute()
      return found.map(toGroup)
    },
    async join(realm, user, group) {
      await database
        .insertInto("identity.group_member")
        .values({ realm_id: realm.id, group_id: group.id, user_id: user.id })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      told(realm)
    },
    async leave(realm, user, group) {
      await database
        .deleteFrom("identity.group_member")
        .where("realm_id", "=", realm.id)
        .where("group_id", "=", group.id)
        .where("user_id", "=", user.id)
        .execute()
      told(realm)
    },
  }
}

function toColumns(input: GroupInput) {
  return {
    name: input.name,
    description: input.description ?? null,
    attributes: JSON.stringify(input.attributes),
  }
}

type Row = Selectable<IdentityTables["identity.user_group"]> & { readonly children: string }

function toGroup(row: Row): Group {
  return {
    id: row.id,
    realmId: row.realm_id,
    parentId: row.parent_id ?? undefined,
    name: row.name,
    path: row.path,
    description: row.description ?? undefined,
    attributes: row.attributes,
    subGroupCount: Number(row.children),
  }
}
