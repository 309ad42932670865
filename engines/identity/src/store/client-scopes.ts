import { sql } from "kysely"
import type { StoreScope } from "./scope.ts"
import type { Client, ClientScope, ProtocolMapper, RealmId } from "./types.ts"

/** Client scopes of realms, to read: they come with the realm. */
export interface ClientScopeTable {
  /** A client's scopes with their mappers, by name. */
  ofClient(client: Client): Promise<{ default: readonly ClientScope[]; optional: readonly ClientScope[] }>
  /** The scopes of a realm, and which of them a new client gets. By name. */
  list(realmId: RealmId): Promise<readonly RealmClientScope[]>
}

/** A scope with the way in which new clients of its realm get it; undefined for those that get it on request alone. */
export interface RealmClientScope extends ClientScope {
  readonly realmDefault: "default" | "optional" | undefined
}

interface Row {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly attributes: Readonly<Record<string, string>>
  readonly mappers: readonly ProtocolMapper[]
}

const columns = sql`s.id, s.name, s.description, s.attributes, s.realm_default, (
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name, 'protocol', 'openid-connect',
    'protocolMapper', m.protocol_mapper, 'config', m.config) order by m.name collate "C"), '[]')
  from identity.protocol_mapper m where m.scope_id = s.id) as mappers`

/** Client scopes as the transaction or connection of the scope sees them. */
export function createClientScopeTable({ database }: StoreScope): ClientScopeTable {
  return {
    async ofClient(client) {
      const { rows } = await sql<Row & { is_default: boolean }>`
        select ${columns}, cs.is_default
        from identity.client_client_scope cs join identity.client_scope s on s.id = cs.scope_id
        where cs.realm_id = ${client.realmId} and cs.client_id = ${client.id}
        order by s.name collate "C"`.execute(database)
      const scopes = (isDefault: boolean) => rows.filter((row) => row.is_default === isDefault).map(toScope)
      return { default: scopes(true), optional: scopes(false) }
    },
    async list(realmId) {
      const { rows } = await sql<Row & { realm_default: "default" | "optional" | null }>`
        select ${columns} from identity.client_scope s where s.realm_id = ${realmId}
        order by s.name collate "C"`.execute(database)
      return rows.map((row) => ({ ...toScope(row), realmDefault: row.realm_default ?? undefined }))
    },
  }
}

function toScope(row: Row): ClientScope {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    protocol: "openid-connect",
    attributes: row.attributes,
    protocolMappers: row.mappers,
  }
}
