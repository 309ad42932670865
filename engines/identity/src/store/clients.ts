import { isUuid } from "@gatehouse/contracts"
import { type RawBuilder, sql } from "kysely"
import type { ClientDocument } from "./schema.ts"
import { done, type Outcome, refused, type Slice, type StoreScope } from "./scope.ts"
import type { Client, ClientWithSecret, ProtocolMapper, Realm, RealmId } from "./types.ts"

/** A client to be written, without what has an id of its own: secret, mappers and scopes. */
export type ClientInput = Omit<
  Client,
  "id" | "realmId" | "protocolMappers" | "defaultClientScopes" | "optionalClientScopes"
>

/** Which clients a list is of: exactly one client id, or those that contain it. */
export interface ClientFilter {
  readonly clientId?: string | undefined
  readonly search?: boolean | undefined
}

/** Clients, each call inside one realm. Secrets are sealed at rest. */
export interface ClientTable {
  find(realmId: RealmId, clientUuid: string): Promise<Client | undefined>
  findByClientId(realmId: RealmId, clientId: string): Promise<ClientWithSecret | undefined>
  /** Whether a client has this id in any letter case. */
  isTaken(realmId: RealmId, clientId: string): Promise<boolean>
  /** By client id. */
  list(realmId: RealmId, filter: ClientFilter, slice: Slice): Promise<readonly Client[]>
  create(realm: Realm, input: ClientInput, id?: string): Promise<Outcome<Client, "exists">>
  update(realm: Realm, client: Client, input: ClientInput): Promise<Outcome<Client, "exists">>
  delete(realm: Realm, client: Client): Promise<void>
  readSecret(client: Client): Promise<string | undefined>
  writeSecret(realm: Realm, client: Client, secret: string | undefined): Promise<void>
  /** Gives the client exactly these scopes, by name; a name that the realm lacks is passed over, as Keycloak does. */
  assignScopes(
    realm: Realm,
    client: Client,
    scopes: { readonly default: readonly string[]; readonly optional: readonly string[] },
  ): Promise<void>
}

interface Row {
  readonly id: string
  readonly realm_id: string
  readonly client_id: string
  readonly document: ClientDocument
  readonly secret: Buffer | null
  readonly mappers: readonly ProtocolMapper[]
  readonly default_scopes: readonly string[]
  readonly optional_scopes: readonly string[]
}

/** The clients of all realms. */
export function createClientTable(scope: StoreScope): ClientTable {
  return { ...clientReads(scope), ...clientWrites(scope), ...clientSecrets(scope) }
}

function rowsOf({ database }: StoreScope, realmId: RealmId) {
  return database
    .selectFrom("identity.client as c")
    .select(["c.id", "c.realm_id", "c.client_id", "c.document", "c.secret"])
    .select([
      mapperColumn.as("mappers"),
      scopeNames(true).as("default_scopes"),
      scopeNames(false).as("optional_scopes"),
    ])
    .where("c.realm_id", "=", realmId)
}

function placeOfSecret(realmId: RealmId, clientUuid: string): string {
  return `client_secret/${realmId}/${clientUuid}`
}

function secretOf({ sealer }: StoreScope, row: Pick<Row, "id" | "realm_id" | "secret">): string | undefined {
  return row.secret === null ? undefined : sealer.open(row.secret, placeOfSecret(row.realm_id, row.id))
}

function clientReads(scope: StoreScope): Pick<ClientTable, "find" | "findByClientId" | "isTaken" | "list"> {
  const { database } = scope
  const rows = (realmId: RealmId) => rowsOf(scope, realmId)
  return {
    async find(realmId, clientUuid) {
      if (!isUuid(clientUuid)) return undefined
      const row = await rows(realmId).where("c.id", "=", clientUuid).executeTakeFirst()
      return row && toClient(row)
    },
    async findByClientId(realmId, clientId) {
      const row = await rows(realmId).where("c.client_id", "=", clientId).executeTakeFirst()
      return row && { ...toClient(row), secret: secretOf(scope, row) }
    },
    async isTaken(realmId, clientId) {
      const row = await database
        .selectFrom("identity.client")
        .select("id")
        .where("realm_id", "=", realmId)
        .where(sql<boolean>`lower(client_id) = lower(${clientId})`)
        .executeTakeFirst()
      return row !== undefined
    },
    async list(realmId, { clientId, search }, { first = 0, max }) {
      const found = await rows(realmId)
        .$if(clientId !== undefined, (query) =>
          query.where(
            search
              ? sql<boolean>`position(lower(${clientId ?? ""}) in lower(c.client_id)) > 0`
              : sql<boolean>`c.client_id = ${clientId ?? ""}`,
          ),
        )
        .orderBy(sql`c.client_id collate "C"`)
        .offset(first)
        .$if(max !== undefined, (query) => query.limit(max ?? 0))
        .execute()
      return found.map(toClient)
    },
  }
}

function clientWrites(scope: StoreScope): Pick<ClientTable, "create" | "update" | "delete" | "assignScopes"> {
  const { database } = scope
  const told = (realm: Realm) => scope.changed({ realmId: realm.id, realm: realm.realm, kind: "client" })
  const existing = async (realm: Realm, clientUuid: string) =>
    toClient(await rowsOf(scope, realm.id).where("c.id", "=", clientUuid).executeTakeFirstOrThrow())
  return {
    async create(realm, input, id) {
      const row = await database
        .insertInto("identity.client")
        .values({
          realm_id: realm.id,
          ...toColumns(input),
          secret: null,
          ...(id === undefined ? {} : { id }),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst()
      if (!row) return refused("exists")
      told(realm)
      return done(await existing(realm, row.id))
    },
    async update(realm, client, input) {
      const same = await rowsOf(scope, realm.id).where("c.client_id", "=", input.clientId).executeTakeFirst()
      if (same && same.id !== client.id) return refused("exists")
      await database
        .updateTable("identity.client")
        .set(toColumns(input))
        .where("realm_id", "=", realm.id)
        .where("id", "=", client.id)
        .execute()
      told(realm)
      return done(await existing(realm, client.id))
    },
    async delete(realm, client) {
      await database
        .deleteFrom("identity.client")
        .where("realm_id", "=", realm.id)
        .where("id", "=", client.id)
        .execute()
      told(realm)
    },
    async assignScopes(realm, client, scopes) {
      await database.deleteFrom("identity.client_client_scope").where("client_id", "=", client.id).execute()
      await sql`
        insert into identity.client_client_scope (realm_id, client_id, scope_id, is_default)
        select realm_id, ${client.id}, id, name = any(${scopes.default}::text[])
        from identity.client_scope
        where realm_id = ${realm.id} and name = any(${[...scopes.default, ...scopes.optional]}::text[])`.execute(
        database,
      )
      told(realm)
    },
  }
}

function clientSecrets(scope: StoreScope): Pick<ClientTable, "readSecret" | "writeSecret"> {
  const { database, sealer } = scope
  return {
    async readSecret(client) {
      const row = await database
        .selectFrom("identity.client")
        .select(["id", "realm_id", "secret"])
        .where("realm_id", "=", client.realmId)
        .where("id", "=", client.id)
        .executeTakeFirst()
      return row && secretOf(scope, row)
    },
    async writeSecret(realm, client, secret) {
      await database
        .updateTable("identity.client")
        .set({
          secret: secret === undefined ? null : sealer.seal(secret, placeOfSecret(realm.id, client.id)),
        })
        .where("realm_id", "=", realm.id)
        .where("id", "=", client.id)
        .execute()
      scope.changed({ realmId: realm.id, realm: realm.realm, kind: "client" })
    },
  }
}

const mapperColumn = sql<readonly ProtocolMapper[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name, 'protocol', 'openid-connect',
    'protocolMapper', m.protocol_mapper, 'config', m.config) order by m.name collate "C"), '[]')
  from identity.protocol_mapper m where m.client_id = c.id)`

function scopeNames(isDefault: boolean): RawBuilder<readonly string[]> {
  return sql`(
    select coalesce(jsonb_agg(s.name order by s.name collate "C"), '[]')
    from identity.client_client_scope cs join identity.client_scope s on s.id = cs.scope_id
    where cs.client_id = c.id and cs.is_default = ${sql.lit(isDefault)})`
}

function toColumns({ clientId, name, description, rootUrl, baseUrl, adminUrl, ...rest }: ClientInput) {
  const document: ClientDocument = {
    ...rest,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(rootUrl === undefined ? {} : { rootUrl }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(adminUrl === undefined ? {} : { adminUrl }),
  }
  return { client_id: clientId, document: JSON.stringify(document) }
}

function toClient(row: Row): Client {
  const { name, description, rootUrl, baseUrl, adminUrl, ...rest } = row.document
  return {
    ...rest,
    id: row.id,
    realmId: row.realm_id,
    clientId: row.client_id,
    name,
    description,
    rootUrl,
    baseUrl,
    adminUrl,
    protocolMappers: row.mappers,
    defaultClientScopes: row.default_scopes,
    optionalClientScopes: row.optional_scopes,
  }
}
