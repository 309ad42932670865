import { type RawBuilder, sql } from "kysely"
import { rolesOfClient, toRole } from "./role-rows.ts"
import type { StoreScope } from "./scope.ts"
import type { EffectiveRoles, Group, Realm, RealmId, Role, User } from "./types.ts"

/** Whom a role is given to. */
export type RoleHolder =
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "group"; readonly id: string }

/** Who holds which roles. */
export interface RoleHoldings {
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

/** Role holdings as the transaction or connection of the scope sees them. */
export function createRoleHoldings(scope: StoreScope): RoleHoldings {
  return { ...mappings(scope), ...effective(scope) }
}

function mappings(scope: StoreScope): Pick<RoleHoldings, "givenTo" | "give" | "take"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "role" })
  return {
    async givenTo(realmId, holder, clientUuid) {
      const held =
        holder.kind === "user"
          ? sql<boolean>`exists (select 1 from identity.user_role h where h.role_id = r.id and h.user_id = ${holder.id})`
          : sql<boolean>`exists (select 1 from identity.group_role h where h.role_id = r.id and h.group_id = ${holder.id})`
      const found = await rolesOfClient(scope, realmId, clientUuid)
        .where(held)
        .orderBy(sql`r.name collate "C"`)
        .execute()
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
  }
}

function effective({
  database,
}: StoreScope): Pick<RoleHoldings, "effectiveOf" | "effectiveIdsOf" | "closureOf" | "effectiveIdsOfGroup"> {
  const idsFrom = async (start: Start) => {
    const { rows } = await sql<{ id: string }>`${withHeld(start)} select id from held`.execute(database)
    return new Set(rows.map(({ id }) => id))
  }
  return {
    async effectiveOf(user) {
      const { rows } = await sql<{ name: string; client_id: string | null }>`${withHeld(heldByUser(user))}
        select r.name, c.client_id from held
          join identity.role r on r.id = held.id left join identity.client c on c.id = r.client_id
        order by r.name collate "C"`.execute(database)
      const byClient = Map.groupBy(rows, (row) => row.client_id)
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

/** Goes up from groups, then down from roles. Rings of either end by themselves. */
function withHeld({ groups, roles }: Start): RawBuilder<unknown> {
  return sql`with recursive up (id) as (
      ${groups}
      union select g.parent_id from identity.user_group g join up on g.id = up.id where g.parent_id is not null
    ), held (id) as (
      (select h.role_id from identity.group_role h join up on up.id = h.group_id union ${roles})
      union select c.child_id from identity.role_composite c join held on c.parent_id = held.id
    )`
}

const noIds = sql`select null::uuid where false`

/** A parent group's roles apply to the members of its children. */
function heldByUser(user: User): Start {
  return {
    groups: sql`select group_id from identity.group_member where user_id = ${user.id}`,
    roles: sql`select role_id from identity.user_role where user_id = ${user.id}`,
  }
}
