import { isUuid } from "@gatehouse/contracts"
import { sql } from "kysely"
import { done, type Outcome, refused, type StoreScope } from "./scope.ts"
import type { ProtocolMapper, Realm } from "./types.ts"

/** What a caller sets of a protocol mapper. */
export type MapperInput = Pick<ProtocolMapper, "name" | "protocolMapper" | "config">

/** Mappers of clients. Those of the built-in scopes never change here. */
export interface MapperTable {
  find(realm: Realm, clientUuid: string, mapperId: string): Promise<ProtocolMapper | undefined>
  create(realm: Realm, clientUuid: string, input: MapperInput): Promise<Outcome<ProtocolMapper, "exists">>
  update(
    realm: Realm,
    clientUuid: string,
    mapperId: string,
    input: MapperInput,
  ): Promise<Outcome<ProtocolMapper, "exists" | "missing">>
  delete(realm: Realm, clientUuid: string, mapperId: string): Promise<boolean>
  /** Removes those that are not listed, and writes those that are, found by name. */
  replaceAll(realm: Realm, clientUuid: string, inputs: readonly MapperInput[]): Promise<void>
}

/** Mappers of clients. Each change is announced, so that providers read the client anew. */
export function createMapperTable({ database, changed }: StoreScope): MapperTable {
  const table = "identity.protocol_mapper" as const
  const told = (realm: Realm) => changed({ realmId: realm.id, realm: realm.realm, kind: "client" })
  const rows = (realm: Realm, clientUuid: string) =>
    database
      .selectFrom(table)
      .selectAll()
      .where("realm_id", "=", realm.id)
      .where("client_id", "=", clientUuid)
  const find: MapperTable["find"] = async (realm, clientUuid, mapperId) => {
    if (!isUuid(mapperId)) return undefined
    const row = await rows(realm, clientUuid).where("id", "=", mapperId).executeTakeFirst()
    return row && toMapper(row)
  }
  const write = (realm: Realm, clientUuid: string, input: MapperInput) =>
    database
      .insertInto(table)
      .values({ realm_id: realm.id, client_id: clientUuid, scope_id: null, ...toColumns(input) })
  return {
    find,
    async create(realm, clientUuid, input) {
      const row = await write(realm, clientUuid, input)
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return refused("exists")
      told(realm)
      return done(toMapper(row))
    },
    async update(realm, clientUuid, mapperId, input) {
      if (!(await find(realm, clientUuid, mapperId))) return refused("missing")
      const same = await rows(realm, clientUuid).where("name", "=", input.name).executeTakeFirst()
      if (same && same.id !== mapperId) return refused("exists")
      const row = await database
        .updateTable(table)
        .set(toColumns(input))
        .where("realm_id", "=", realm.id)
        .where("id", "=", mapperId)
        .returningAll()
        .executeTakeFirstOrThrow()
      told(realm)
      return done(toMapper(row))
    },
    async delete(realm, clientUuid, mapperId) {
      if (!(await find(realm, clientUuid, mapperId))) return false
      await database.deleteFrom(table).where("realm_id", "=", realm.id).where("id", "=", mapperId).execute()
      told(realm)
      return true
    },
    async replaceAll(realm, clientUuid, inputs) {
      const names = inputs.map(({ name }) => name)
      await database
        .deleteFrom(table)
        .where("realm_id", "=", realm.id)
        .where("client_id", "=", clientUuid)
        .where(sql<boolean>`name <> all(${names}::text[])`)
        .execute()
      for (const input of inputs) {
        await write(realm, clientUuid, input)
          .onConflict((conflict) =>
            conflict.columns(["client_id", "scope_id", "name"]).doUpdateSet(toColumns(input)),
          )
          .execute()
      }
      told(realm)
    },
  }
}

function toColumns(input: MapperInput) {
  return {
    name: input.name,
    protocol_mapper: input.protocolMapper,
    config: JSON.stringify(input.config),
  }
}

interface Row {
  readonly id: string
  readonly name: string
  readonly protocol_mapper: string
  readonly config: Readonly<Record<string, string>>
}

/** A row as a mapper. */
function toMapper(row: Row): ProtocolMapper {
  return {
    id: row.id,
    name: row.name,
    protocol: "openid-connect",
    protocolMapper: row.protocol_mapper,
    config: row.config,
  }
}
