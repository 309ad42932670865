import { randomBytes } from "node:crypto"
import { isUuid } from "@gatehouse/contracts"
import { equalInConstantTime } from "@gatehouse/kernel"
import { realmManagementClientId } from "../../store/built-ins.ts"
import type { ClientInput } from "../../store/clients.ts"
import type { AdminStore } from "../../store/create-identity-store.ts"
import type { MapperInput } from "../../store/mappers.ts"
import type { Client, Realm } from "../../store/types.ts"
import { type AdminCaller, requireMayControlClient, requirePlatform } from "../caller.ts"
import { conflict, invalid, invalidInput } from "../refusals.ts"
import {
  type ClientRepresentation,
  defaultClient,
  mergeClient,
  toClientInput,
} from "../representations/client.ts"
import type { MapperRepresentation } from "../representations/mapper.ts"
import { namesOrganization, violationOfMapper } from "../rules/client-mappers.ts"
import { violationOfClientSettings } from "../rules/client-settings.ts"
import { violationOfClientUrls } from "../rules/client-urls.ts"
import { serviceAccountPrefix, violationOfClientId } from "../rules/names.ts"

/** A generated client secret: 256 bits, so that it is no password anybody chose. */
const secretBytes = 32
/** A secret that a caller chooses must be hard to guess; OWASP ASVS 5.0 asks for 128 bits, which are 22 characters. */
const minimumSecretCharacters = 22

/** A new client secret. */
export function generateClientSecret(): string {
  return randomBytes(secretBytes).toString("base64url")
}

/** Creates a client with its mappers, scopes, secret and service account. The rules are those of `updateClient`. */
export async function createClient(
  store: AdminStore,
  caller: AdminCaller,
  realm: Realm,
  representation: ClientRepresentation,
): Promise<Client> {
  const { clientId } = representation
  if (clientId === undefined) throw invalidInput("A client needs a client id")
  const input = mergeClient({ ...defaultClient, clientId }, representation)
  await requireClientRules(store, realm, input)
  const mappers = (representation.protocolMappers ?? []).map(toMapperInput)
  requireMapperRules(caller, [], mappers)
  // An id of another realm's client would answer 409, so only who sees every realm may choose one.
  const id = caller.kind === "platform" && isUuid(representation.id ?? "") ? representation.id : undefined
  const written = await store.clients.create(realm, input, id)
  if (!written.ok) throw conflict(`Client ${clientId} already exists`)
  const client = written.value
  await assignInitialScopes(store, realm, client, representation)
  if (mappers.length > 0) await store.mappers.replaceAll(realm, client.id, mappers)
  if (!input.publicClient) {
    await store.clients.writeSecret(realm, client, chosenSecret(representation) ?? generateClientSecret())
  }
  if (input.serviceAccountsEnabled) await enableServiceAccount(store, realm, client)
  return (await store.clients.find(realm.id, client.id)) ?? client
}

/** Changes a client. What the representation lacks stays; a list of mappers, where given, replaces the former. */
export async function updateClient(
  store: AdminStore,
  caller: AdminCaller,
  realm: Realm,
  client: Client,
  representation: ClientRepresentation,
): Promise<void> {
  await requireMayChange(store, caller, client)
  if (representation.id !== undefined && representation.id !== client.id) throw invalid("Invalid client id")
  const input = mergeClient(toClientInput(client), representation)
  await requireClientRules(store, realm, input, client)
  const written = await store.clients.update(realm, client, input)
  if (!written.ok) throw conflict(`Client ${input.clientId} already exists`)
  if (input.clientId !== client.clientId) await store.expiring.destroyByClient(realm.id, client.clientId)
  if (representation.protocolMappers) {
    const mappers = representation.protocolMappers.map(toMapperInput)
    requireMapperRules(caller, client.protocolMappers, mappers)
    await store.mappers.replaceAll(realm, client.id, mappers)
  }
  await updateSecret(store, realm, client, input, representation)
  if (input.serviceAccountsEnabled) await enableServiceAccount(store, realm, written.value)
  else if (client.serviceAccountsEnabled) await disableServiceAccount(store, realm, client)
}

/** Removes a client with its service account and everything that was issued to it. */
export async function deleteClient(
  store: AdminStore,
  caller: AdminCaller,
  realm: Realm,
  client: Client,
): Promise<void> {
  await requireMayChange(store, caller, client)
  await store.clients.delete(realm, client)
  await store.expiring.destroyByClient(realm.id, client.clientId)
}

/** Throws 403 where the client is above the caller, and 400 for the built-in client whose roles are the rights themselves. */
export async function requireMayChange(
  store: AdminStore,
  caller: AdminCaller,
  client: Client,
): Promise<void> {
  if (client.clientId === realmManagementClientId) throw invalid("The client realm-management is built in")
  await requireMayControlClient(store, caller, client)
}

/**
 * Throws 400 for a mapper that breaks a rule. Mappers that say which organization a token is of change only by a platform
 * administrator's hand; anyone else may send them back as they are.
 */
export function requireMapperRules(
  caller: AdminCaller,
  before: readonly MapperInput[],
  after: readonly MapperInput[],
): void {
  for (const mapper of after) {
    const violation = violationOfMapper(mapper)
    if (violation) throw invalidInput(violation)
  }
  if (new Set(after.map(({ name }) => name)).size < after.length) {
    throw conflict("Protocol mapper exists with same name")
  }
  const organization = (mappers: readonly MapperInput[]) =>
    JSON.stringify(
      mappers
        .filter(namesOrganization)
        .map(({ name, protocolMapper, config }) => [name, protocolMapper, Object.entries(config).sort()])
        .sort(),
    )
  if (organization(before) !== organization(after)) requirePlatform(caller)
}

/** A representation as what is stored. */
export function toMapperInput({ name, protocolMapper, config }: MapperRepresentation): MapperInput {
  return { name, protocolMapper, config }
}

async function requireClientRules(
  store: AdminStore,
  realm: Realm,
  input: ClientInput,
  existing?: Client,
): Promise<void> {
  const renamed = existing?.clientId !== input.clientId
  const violation =
    (renamed ? await violationOfClientId(store, realm, input.clientId) : undefined) ??
    violationOfClientUrls(input) ??
    violationOfClientSettings(input)
  if (violation) throw invalidInput(violation)
}

function chosenSecret({ secret }: ClientRepresentation): string | undefined {
  if (secret !== undefined && secret.length < minimumSecretCharacters) {
    throw invalidInput(`A client secret has at least ${minimumSecretCharacters} characters`)
  }
  return secret
}

async function updateSecret(
  store: AdminStore,
  realm: Realm,
  client: Client,
  input: ClientInput,
  representation: ClientRepresentation,
): Promise<void> {
  if (input.publicClient) await store.clients.writeSecret(realm, client, undefined)
  else if (representation.secret !== undefined) {
    const current = await store.clients.readSecret(client)
    if (!equalInConstantTime(current ?? "", representation.secret)) {
      await store.clients.writeSecret(realm, client, chosenSecret(representation))
    }
  } else if (client.publicClient) await store.clients.writeSecret(realm, client, generateClientSecret())
}

async function assignInitialScopes(
  store: AdminStore,
  realm: Realm,
  client: Client,
  representation: ClientRepresentation,
): Promise<void> {
  const scopes = await store.clientScopes.list(realm.id)
  const ofRealm = (kind: "default" | "optional") =>
    scopes.filter(({ realmDefault }) => realmDefault === kind).map(({ name }) => name)
  const chosen = representation.defaultClientScopes ?? ofRealm("default")
  const optional = representation.optionalClientScopes ?? ofRealm("optional")
  await store.clients.assignScopes(realm, client, {
    default: chosen,
    optional: optional.filter((name) => !chosen.includes(name)),
  })
}

/** The scope that marks a service's token. */
const serviceAccountScope = "service_account"

async function enableServiceAccount(store: AdminStore, realm: Realm, client: Client): Promise<void> {
  if (await store.findServiceAccountUser(realm.id, client.id)) return
  const current = (await store.clients.find(realm.id, client.id)) ?? client
  await store.clients.assignScopes(realm, client, {
    default: [...current.defaultClientScopes, serviceAccountScope],
    optional: current.optionalClientScopes.filter((name) => name !== serviceAccountScope),
  })
  const user = await store.users.create(realm, {
    username: `${serviceAccountPrefix}${client.clientId}`,
    email: undefined,
    emailVerified: false,
    firstName: undefined,
    lastName: undefined,
    enabled: true,
    attributes: {},
    requiredActions: [],
    serviceAccountClient: client.id,
  })
  if (!user.ok) throw conflict("User exists with same username")
  const everyones = await store.roles.findDefault(realm.id)
  if (everyones) await store.roles.give(realm, { kind: "user", id: user.value.id }, [everyones])
}

async function disableServiceAccount(store: AdminStore, realm: Realm, client: Client): Promise<void> {
  const user = await store.findServiceAccountUser(realm.id, client.id)
  if (user) await store.users.delete(realm, user)
}
