import type { ColumnType, Generated } from "kysely"
import type { RealmSettings } from "./types.ts"

/** JSON columns are read parsed and written as text. */
type Json<Value> = ColumnType<Value, string, string>
type Timestamp = ColumnType<Date, Date, Date>
type StringLists = Readonly<Record<string, readonly string[]>>
type Strings = Readonly<Record<string, string>>

/** What a client's row keeps of its representation as one document; ids, secret, mappers and scopes have columns and tables. */
export interface ClientDocument {
  readonly name?: string
  readonly description?: string
  readonly enabled: boolean
  readonly publicClient: boolean
  readonly bearerOnly: boolean
  readonly consentRequired: boolean
  readonly standardFlowEnabled: boolean
  readonly implicitFlowEnabled: boolean
  readonly directAccessGrantsEnabled: boolean
  readonly serviceAccountsEnabled: boolean
  readonly fullScopeAllowed: boolean
  readonly frontchannelLogout: boolean
  readonly redirectUris: readonly string[]
  readonly webOrigins: readonly string[]
  readonly rootUrl?: string
  readonly baseUrl?: string
  readonly adminUrl?: string
  readonly notBefore: number
  readonly attributes: Strings
}

/** Tables of the schema `identity`. Every row carries its realm, and foreign keys compare it, so no row crosses realms. */
export interface IdentityTables {
  readonly "identity.realm": {
    id: Generated<string>
    name: string
    settings: Json<RealmSettings>
    created_at: Generated<Date>
  }
  readonly "identity.realm_key": {
    realm_id: string
    kid: string
    algorithm: string
    public_jwk: Json<Strings & { kty: string }>
    private_jwk: Buffer
    active: boolean
    created_at: Generated<Date>
  }
  readonly "identity.client_scope": {
    id: Generated<string>
    realm_id: string
    name: string
    description: string | null
    attributes: Json<Strings>
    /** Which new clients get it: `default`, `optional`, or none. */
    realm_default: string | null
  }
  readonly "identity.client": {
    id: Generated<string>
    realm_id: string
    client_id: string
    secret: Buffer | null
    document: Json<ClientDocument>
    created_at: Generated<Date>
  }
  readonly "identity.client_client_scope": {
    realm_id: string
    client_id: string
    scope_id: string
    is_default: boolean
  }
  readonly "identity.protocol_mapper": {
    id: Generated<string>
    realm_id: string
    client_id: string | null
    scope_id: string | null
    name: string
    protocol_mapper: string
    config: Json<Strings>
  }
  readonly "identity.user_account": {
    id: Generated<string>
    realm_id: string
    username: string
    email: string | null
    email_verified: boolean
    first_name: string | null
    last_name: string | null
    enabled: boolean
    created_at: Generated<Date>
    /** PostgreSQL gives a bigint as text. */
    not_before: ColumnType<string, number, number>
    attributes: Json<StringLists>
    required_actions: Json<readonly string[]>
    service_account_client: string | null
  }
  readonly "identity.password": {
    realm_id: string
    user_id: string
    hash: string
    temporary: boolean
    changed_at: Generated<Date>
  }
  readonly "identity.login_failure": {
    realm_id: string
    user_id: string
    failures: number
    last_failure_at: Timestamp
    locked_until: Date | null
  }
  readonly "identity.user_group": {
    id: Generated<string>
    realm_id: string
    parent_id: string | null
    name: string
    path: string
    description: string | null
    attributes: Json<StringLists>
  }
  readonly "identity.group_member": { realm_id: string; group_id: string; user_id: string }
  readonly "identity.role": {
    id: Generated<string>
    realm_id: string
    client_id: string | null
    name: string
    description: string | null
    attributes: Json<StringLists>
    /** The one role that every user of `POST /users` gets. */
    is_realm_default: Generated<boolean>
  }
  readonly "identity.role_composite": { realm_id: string; parent_id: string; child_id: string }
  readonly "identity.user_role": { realm_id: string; user_id: string; role_id: string }
  readonly "identity.group_role": { realm_id: string; group_id: string; role_id: string }
  readonly "identity.expiring_object": {
    realm_id: string
    model: string
    id_digest: Buffer
    grant_digest: Buffer | null
    uid_digest: Buffer | null
    user_code_digest: Buffer | null
    account_id: string | null
    client_id: string | null
    payload: Buffer
    expires_at: Date | null
    consumed_at: Date | null
    created_at: Generated<Date>
  }
}
