import { isUuid } from "@gatehouse/contracts"
import { type RawBuilder, sql } from "kysely"
import { done, type Outcome, refused, type Slice, type StoreScope } from "./scope.ts"
import type { EffectiveRoles, Group, Realm, RealmId, Role, User } from "./types.ts"

export type RoleInput = Pick<Role, "name" | "description" | "attributes">

/** Whom a role is given to. */
export type RoleHolder =
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "group"; readonly id: string }

export interface RoleTable {
  find(realmId: RealmId, roleId: string): Promise<Role | undefined>
  findByName(realmId: RealmId, clientUuid: string | undefined, name: string): Promise<Role | undefined>
  /** By name. */
  list(
    realmId: RealmId,
    clientUuid: string | undefined,
    search: string | undefined,
    slice: Slice,
  ): Promise<readonly Role[]>
  create(realm: Realm, clientUuid: string | undefined, input: RoleInput): Promise<Outcome<Role, "exists">>
  update(realm: Realm, role: Role, input: RoleInput): Promise<Outcome<Role, "exists">>
  delete(realm: Realm, role: Role): Promise<void>
  /** The role that every newly created user gets. */
  findDefault(realmId: RealmId): Promise<Role | undefined>
  addComposite(realm: Realm, parent: Role, child: Role): Promise<void>
  /** Roles given directly: of the realm, or of one client. By name. */
  givenTo(realmId: RealmId, holder: RoleHolder, clientUuid: string | undefined): Promise<readonly Role[]>
  give(realm: Realm, holder: RoleHolder, roles: readonly Role[]): Promise<void>
  take(realm: Realm, holder: RoleHolder, roles: readonly Role[]): Promise<void>
  /** Everything the user holds: directly, by groups and the groups that hold those, and by composites. */
  effectiveOf(user: User): Promise<EffectiveRoles>
  /** The ids of the same. */
  effectiveIdsOf(user: User): Promise<ReadonlySet<string>>
  /** Ids of these roles and of everything they bring with them. */
  closureOf(realmId: RealmId, roleIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Ids of what a member of the group holds through it. */
  effectiveIdsOfGroup(group: Group): Promise<ReadonlySet<string>>
}

interface Row {
  readonly id: string
  readonly realm_id: string
  readonly client_id: string | null
  readonly name: string
  readonly description: string | null
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly composite: boolean
}

export function createRoleTable(scope: StoreScope): RoleTable {
  const { database } = scope
  const rows = (realmId: RealmId) =>
    database
      .selectFrom("identity.role as r")
      .select(["r.id", "r.realm_id", "r.client_id", "r.name", "r.description", "r.attributes"])
      .select(
        sql<boolean>`exists (select 1 from identity.role_composite c where c.parent_id = r.id)`.as(
          "composite",
        ),
      )
      .where("r.realm_id", "=", realmId)
  const ofClient = (realmId: RealmId, clientUuid: string | undefined) =>
    rows(realmId).where((where) =>
      clientUuid === undefined ? where("r.client_id", "is", null) : where("r.client_id", "=", clientUuid),
    )
  const one = async (query: ReturnType<typeof rows>) => {
    const row = await query.executeTakeFirst()
    return row && toRole(row)
  }
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "role" })
  const idsFrom = async ({ groups, roles }: Start) => {
    const { rows: found } = await sql<{ id: string }>`
      with recursive up (id) as (
        ${groups}
        union select g.parent_id from identity.user_group g join up on g.id = up.id where g.parent_id is not null
      ), held (id) as (
        (select h.role_id from identity.group_role h join up on up.id = h.group_id union ${roles})
        union select c.child_id from identity.role_composite c join held on c.parent_id = held.id
      )
      select id from held`.execute(database)
    return new Set(found.map(({ id }) => id))
  }
  return {
    find: async (realmId, roleId) =>
      isUuid(roleId) ? one(rows(realmId).where("r.id", "=", roleId)) : undefined,
    findByName: (realmId, clientUuid, name) => one(ofClient(realmId, clientUuid).where("r.name", "=", name)),
    async list(realmId, clientUuid, search, { first = 0, max }) {
      const found = await ofClient(realmId, clientUuid)
        .$if(search !== undefined, (query) =>
          query.where(sql<boolean>`position(lower(${search ?? ""}) in lower(r.name)) > 0`),
        )
        .orderBy(sql`r.name collate "C"`)
        .offset(first)
        .$if(max !== undefined, (query) => query.limit(max ?? 0))
        .execute()
      return found.map(toRole)
    },
    async create(realm, clientUuid, input) {
      const row = await database
        .insertInto("identity.role")
        .values({ ...toColumns(input), realm_id: realm.id, client_id: clientUuid ?? null })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return refused("exists")
      told(realm)
      return done(toRole({ ...row, composite: false }))
    },
    async update(realm, role, input) {
      const other = await one(ofClient(realm.id, role.clientUuid).where("r.name", "=", input.name))
      if (other && other.id !== role.id) return refused("exists")
      await database
        .updateTable("identity.role")
        .set(toColumns(input))
        .where("realm_id", "=", realm.id)
        .where("id", "=", role.id)
        .execute()
      told(realm)
      return done({ ...role, ...input })
    },
    async delete(realm, role) {
      await database
        .deleteFrom("identity.role")
        .where("realm_id", "=", realm.id)
        .where("id", "=", role.id)
        .execute()
      told(realm)
    },
    findDefault: (realmId) => one(rows(realmId).where("r.is_realm_default", "=", true)),
    async addComposite(realm, parent, child) {
      await database
        .insertInto("identity.role_composite")
        .values({ realm_id: realm.id, parent_id: parent.id, child_id: child.id })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      told(realm)
    },
    async givenTo(realmId, holder, clientUuid) {
      const held =
        holder.kind === "user"
          ? sql<boolean>`exists (select 1 from identity.user_role h where h.role_id = r.id and h.user_id = ${holder.id})`
          : sql<boolean>`exists (select 1 from identity.group_role h where h.role_id = r.id and h.group_id = ${holder.id})`
      const found = await ofClient(realmId, clientUuid).where(held).orderBy(sql`r.name collate "C"`).execute()
      return found.map(toRole)
    },
    async give(realm, holder, roles) {
      const common = roles.map((role) => ({ realm_id: realm.id, role_id: role.id }))
      if (common.length === 0) return
      const insert =
        holder.kind === "user"
          ? database
              .insertInto("identity.user_role")
              .values(common.map((row) => ({ ...row, user_id: holder.id })))
          : database
              .insertInto("identity.group_role")
              .values(common.map((row) => ({ ...row, group_id: holder.id })))
      await insert.onConflict((conflict) => conflict.doNothing()).execute()
      told(realm)
    },
    async take(realm, holder, roles) {
      const ids = roles.map((role) => role.id)
      if (ids.length === 0) return
      const remove =
        holder.kind === "user"
          ? database.deleteFrom("identity.user_role").where("user_id", "=", holder.id)
          : database.deleteFrom("identity.group_role").where("group_id", "=", holder.id)
      await remove.where("realm_id", "=", realm.id).where("role_id", "in", ids).execute()
      told(realm)
    },
    async effectiveOf(user) {
      const ids = [...(await idsFrom(heldByUser(user)))]
      if (ids.length === 0) return { realm: [], clients: {} }
      const found = await database
        .selectFrom("identity.role as r")
        .leftJoin("identity.client as c", "c.id", "r.client_id")
        .select(["r.name", "c.client_id"])
        .where("r.id", "in", ids)
        .orderBy(sql`r.name collate "C"`)
        .execute()
      const byClient = Map.groupBy(found, (row) => row.client_id)
      const realm = (byClient.get(null) ?? []).map(({ name }) => name)
      const clients = [...byClient].flatMap(([clientId, roles]) =>
        clientId === null ? [] : [[clientId, roles.map(({ name }) => name)] as const],
      )
      return { realm, clients: Object.fromEntries(clients) }
    },
    effectiveIdsOf: (user) => idsFrom(heldByUser(user)),
    closureOf: (realmId, roleIds) =>
      idsFrom({
        groups: noIds,
        roles: sql`select id from identity.role where realm_id = ${realmId} and id = any(${roleIds}::uuid[])`,
      }),
    effectiveIdsOfGroup: (group) =>
      idsFrom({
        groups: sql`select id from identity.user_group where realm_id = ${group.realmId} and id = ${group.id}`,
        roles: noIds,
      }),
  }
}

/** Where following begins: groups, from which it goes up to those that hold them, and roles, from which it goes down. */
interface Start {
  readonly groups: RawBuilder<unknown>
  readonly roles: RawBuilder<unknown>
}

const noIds = sql`select null::uuid where false`

/** A parent group's roles apply to the members of its children. */
function heldByUser(user: User): Start {
  return {
    groups: sql`select group_id from identity.group_member where user_id = ${user.id}`,
    roles: sql`select role_id from identity.user_role where user_id = ${user.id}`,
  }
}

function toColumns(input: RoleInput) {
  return {
    name: input.name,
    description: input.description ?? null,
    attributes: JSON.stringify(input.attributes),
  }
}

function toRole(row: Row): Role {
  return {
    id: row.id,
    realmId: row.realm_id,
    clientUuid: row.client_id ?? undefined,
    name: row.name,
    description: row.description ?? undefined,
    composite: row.composite,
    attributes: row.attributes,
  }
}
