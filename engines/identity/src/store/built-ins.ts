import { randomUUID } from "node:crypto"
import { builtInScopes } from "./built-in-scopes.ts"
import type { ClientDocument } from "./schema.ts"
import type { StoreScope } from "./scope.ts"
import type { Realm } from "./types.ts"

/** The client whose roles are the rights of a realm's administrators. */
export const realmManagementClientId = "realm-management"

/** The right that holds every other of its realm. */
export const realmAdministratorRole = "realm-admin"

/** Keycloak's administration roles of one realm, and which roles each brings with it. */
const realmManagementRoles: Readonly<Record<string, readonly string[]>> = {
  "create-client": [],
  impersonation: [],
  "manage-authorization": [],
  "manage-clients": [],
  "manage-events": [],
  "manage-identity-providers": [],
  "manage-realm": [],
  "manage-users": [],
  "query-clients": [],
  "query-groups": [],
  "query-realms": [],
  "query-users": [],
  "view-authorization": [],
  "view-clients": ["query-clients"],
  "view-events": [],
  "view-identity-providers": [],
  "view-realm": [],
  "view-users": ["query-groups", "query-users"],
}

/** Puts into a new realm what Keycloak puts there: client scopes, the default role, and the client realm-management. */
export async function installBuiltIns(scope: StoreScope, realm: Realm): Promise<void> {
  await installScopes(scope, realm)
  await installRoles(scope, realm)
}

async function installScopes({ database }: StoreScope, realm: Realm): Promise<void> {
  const scopes = builtInScopes.map((builtIn) => ({ id: randomUUID(), builtIn }))
  await database
    .insertInto("identity.client_scope")
    .values(
      scopes.map(({ id, builtIn }) => ({
        id,
        realm_id: realm.id,
        name: builtIn.name,
        description: builtIn.description,
        attributes: JSON.stringify({ "include.in.token.scope": String(builtIn.inTokenScope) }),
        realm_default: builtIn.given === "service-accounts" ? null : builtIn.given,
      })),
    )
    .execute()
  await database
    .insertInto("identity.protocol_mapper")
    .values(
      scopes.flatMap(({ id, builtIn }) =>
        builtIn.protocolMappers.map((mapper) => ({
          realm_id: realm.id,
          client_id: null,
          scope_id: id,
          name: mapper.name,
          protocol_mapper: mapper.protocolMapper,
          config: JSON.stringify(mapper.config),
        })),
      ),
    )
    .execute()
}

const managementDocument: ClientDocument = {
  name: "Administration of this realm",
  enabled: true,
  publicClient: false,
  bearerOnly: true,
  consentRequired: false,
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  fullScopeAllowed: false,
  frontchannelLogout: false,
  redirectUris: [],
  webOrigins: [],
  notBefore: 0,
  attributes: {},
}

async function installRoles({ database }: StoreScope, realm: Realm): Promise<void> {
  const managementId = randomUUID()
  await database
    .insertInto("identity.client")
    .values({
      id: managementId,
      realm_id: realm.id,
      client_id: realmManagementClientId,
      secret: null,
      document: JSON.stringify(managementDocument),
    })
    .execute()
  const role = (name: string, clientId: string | null, isDefault = false) => ({
    id: randomUUID() as string,
    realm_id: realm.id,
    client_id: clientId,
    name,
    description: null,
    attributes: "{}",
    is_realm_default: isDefault,
  })
  const defaultRole = role(`default-roles-${realm.realm}`, null, true)
  const everyones = [role("offline_access", null), role("uma_authorization", null)]
  const rights = Object.keys(realmManagementRoles).map((name) => role(name, managementId))
  const administrator = role(realmAdministratorRole, managementId)
  await database
    .insertInto("identity.role")
    .values([defaultRole, ...everyones, ...rights, administrator])
    .execute()
  const idOf = new Map(rights.map(({ name, id }) => [name, id]))
  const pairs = [
    ...everyones.map(({ id }) => [defaultRole.id, id]),
    ...rights.map(({ id }) => [administrator.id, id]),
    ...Object.entries(realmManagementRoles).flatMap(([name, brought]) =>
      brought.map((child) => [idOf.get(name), idOf.get(child)]),
    ),
  ]
  await database
    .insertInto("identity.role_composite")
    .values(
      pairs.flatMap(([parent, child]) =>
        parent && child ? [{ realm_id: realm.id, parent_id: parent, child_id: child }] : [],
      ),
    )
    .execute()
}
