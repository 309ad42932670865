import { z } from "zod"
import type { ClientInput } from "../../store/clients.ts"
import type { Client } from "../../store/types.ts"
import { countField, maximumEntries, onlyEmpty, onlyValue, readOnly, textField, textList } from "../body.ts"
import { mapperSchema, toMapperRepresentation } from "./mapper.ts"

/** An attribute that is null or empty is removed. */
const clientAttributes = z
  .record(textField.min(1).max(255), textField.nullable())
  .refine((map) => Object.keys(map).length <= maximumEntries, "has too many entries")

/** ClientRepresentation. Every member may be missing: on create it gets Keycloak's default, on update it stays. */
export const clientSchema = z.strictObject({
  id: textField.optional(),
  clientId: textField.min(1).max(255).optional(),
  name: textField.max(255).optional(),
  description: textField.max(255).optional(),
  enabled: z.boolean().optional(),
  protocol: onlyValue("openid-connect"),
  clientAuthenticatorType: onlyValue("client-secret"),
  secret: textField.min(1).max(255).optional(),
  publicClient: z.boolean().optional(),
  bearerOnly: z.boolean().optional(),
  consentRequired: z.boolean().optional(),
  standardFlowEnabled: z.boolean().optional(),
  implicitFlowEnabled: onlyValue(false),
  directAccessGrantsEnabled: onlyValue(false),
  serviceAccountsEnabled: z.boolean().optional(),
  authorizationServicesEnabled: onlyValue(false),
  fullScopeAllowed: z.boolean().optional(),
  frontchannelLogout: z.boolean().optional(),
  surrogateAuthRequired: onlyValue(false),
  alwaysDisplayInConsole: onlyValue(false),
  redirectUris: textList.optional(),
  webOrigins: textList.optional(),
  rootUrl: textField.optional(),
  baseUrl: textField.optional(),
  adminUrl: textField.optional(),
  notBefore: countField.optional(),
  attributes: clientAttributes.optional(),
  protocolMappers: z.array(mapperSchema).max(maximumEntries, "has too many entries").optional(),
  defaultClientScopes: textList.optional(),
  optionalClientScopes: textList.optional(),
  authenticationFlowBindingOverrides: onlyEmpty,
  nodeReRegistrationTimeout: readOnly,
  access: readOnly,
})

/** A client as the admin API takes it, after the schema's checks. */
export type ClientRepresentation = z.infer<typeof clientSchema>

/** Keycloak's client where the representation says no more than a client id. */
export const defaultClient: Omit<ClientInput, "clientId"> = {
  name: undefined,
  description: undefined,
  enabled: true,
  publicClient: false,
  bearerOnly: false,
  consentRequired: false,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  fullScopeAllowed: true,
  frontchannelLogout: false,
  redirectUris: [],
  webOrigins: [],
  rootUrl: undefined,
  baseUrl: undefined,
  adminUrl: undefined,
  notBefore: 0,
  attributes: {},
}

const inputMembers = ["clientId", ...Object.keys(defaultClient)] as const

/** The client after a write: what is missing stays, attributes are merged, and an empty URL is none. */
export function mergeClient(current: ClientInput, representation: ClientRepresentation): ClientInput {
  const given = inputMembers.flatMap((name) => {
    const value = representation[name as keyof ClientRepresentation]
    if (value === undefined || name === "attributes") return []
    return [[name, name.endsWith("Url") && value === "" ? undefined : value] as const]
  })
  const attributes = new Map<string, string>(Object.entries(current.attributes))
  for (const [name, value] of Object.entries(representation.attributes ?? {})) {
    if (value === null || value === "") attributes.delete(name)
    else attributes.set(name, value)
  }
  return { ...current, ...Object.fromEntries(given), attributes: Object.fromEntries(attributes) }
}

/** What of a client is written as one document. */
export function toClientInput(client: Client): ClientInput {
  const { id, realmId, protocolMappers, defaultClientScopes, optionalClientScopes, ...input } = client
  return input
}

/** ClientRepresentation. The secret is told only to those who may manage clients, as Keycloak does. */
export function toClientRepresentation(client: Client, secret?: string): Record<string, unknown> {
  const { realmId, protocolMappers, ...members } = client
  return {
    ...members,
    protocol: "openid-connect",
    clientAuthenticatorType: "client-secret",
    surrogateAuthRequired: false,
    alwaysDisplayInConsole: false,
    authenticationFlowBindingOverrides: {},
    nodeReRegistrationTimeout: -1,
    ...(protocolMappers.length === 0 ? {} : { protocolMappers: protocolMappers.map(toMapperRepresentation) }),
    ...(secret === undefined ? {} : { secret }),
    access: { view: true, configure: true, manage: true },
  }
}
