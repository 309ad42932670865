import { isUuid } from "@gatehouse/contracts"
import { sql } from "kysely"
import { createRoleHoldings, type RoleHoldings } from "./role-holdings.ts"
import { roleRows, rolesOfClient, toRole } from "./role-rows.ts"
import { done, type Outcome, refused, type Slice, type StoreScope } from "./scope.ts"
import type { Realm, RealmId, Role } from "./types.ts"

/** What a caller sets of a role. */
export type RoleInput = Pick<Role, "name" | "description" | "attributes">

/** Roles of realms and of their clients, each call inside one realm. */
export interface RoleTable extends RoleHoldings {
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
}

/** The roles of all realms. */
export function createRoleTable(scope: StoreScope): RoleTable {
  return { ...roleReads(scope), ...roleWrites(scope), ...createRoleHoldings(scope) }
}

function roleReads(scope: StoreScope): Pick<RoleTable, "find" | "findByName" | "list" | "findDefault"> {
  const one = async (query: ReturnType<typeof roleRows>) => {
    const row = await query.executeTakeFirst()
    return row && toRole(row)
  }
  const rows = (realmId: RealmId) => roleRows(scope, realmId)
  const ofClient = (realmId: RealmId, clientUuid: string | undefined) =>
    rolesOfClient(scope, realmId, clientUuid)
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
    findDefault: (realmId) => one(rows(realmId).where("r.is_realm_default", "=", true)),
  }
}

function roleWrites(scope: StoreScope): Pick<RoleTable, "create" | "update" | "delete" | "addComposite"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "role" })
  return {
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
      const other = await rolesOfClient(scope, realm.id, role.clientUuid)
        .where("r.name", "=", input.name)
        .executeTakeFirst()
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
    async addComposite(realm, parent, child) {
      await database
        .insertInto("identity.role_composite")
        .values({ realm_id: realm.id, parent_id: parent.id, child_id: child.id })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      told(realm)
    },
  }
}

function toColumns(input: RoleInput) {
  return {
    name: input.name,
    description: input.description ?? null,
    attributes: JSON.stringify(input.attributes),
  }
}
