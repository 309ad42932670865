import { webOriginsOf } from "../clients/web-origins.ts"
import type { User } from "../store/types.ts"
import { writeClaim } from "./claim-set.ts"
import { toJsonType } from "./json-type.ts"
import type { ClaimMapper } from "./mapper-context.ts"

const propertyReaders: Readonly<Record<string, (user: User) => string | undefined>> = {
  id: (user) => user.id,
  username: (user) => user.username,
  email: (user) => user.email,
  firstName: (user) => user.firstName,
  lastName: (user) => user.lastName,
  emailVerified: (user) => String(user.emailVerified),
  enabled: (user) => String(user.enabled),
  createdTimestamp: (user) => String(user.createdTimestamp),
}

function propertyOf(user: User, name: string): string | undefined {
  return Object.hasOwn(propertyReaders, name) ? propertyReaders[name]?.(user) : undefined
}

function valuesOf(user: User, name: string): readonly string[] {
  if (Object.hasOwn(user.attributes, name)) return user.attributes[name] ?? []
  const property = name === "emailVerified" ? undefined : propertyOf(user, name)
  return property === undefined ? [] : [property]
}

const audience: ClaimMapper = (set, config) => {
  const named = config["included.client.audience"] || config["included.custom.audience"]
  if (named) set.audience.add(named)
}

const audienceResolve: ClaimMapper = async (set, _config, { client, roles }) => {
  for (const clientId of Object.keys((await roles()).clients))
    if (clientId !== client.clientId) set.audience.add(clientId)
}

const groups: ClaimMapper = async (set, config, { groupPaths }) => {
  const paths = await groupPaths()
  const full = config["full.path"] !== "false"
  writeClaim(
    set,
    config["claim.name"],
    full ? paths : paths.map((path) => path.slice(path.lastIndexOf("/") + 1)),
  )
}

const hardcodedClaim: ClaimMapper = (set, config) => {
  writeClaim(set, config["claim.name"], toJsonType(config["claim.value"] ?? "", config["jsonType.label"]))
}

const realmRoles: ClaimMapper = async (set, config, { roles }) => {
  const { realm } = await roles()
  const prefix = config["usermodel.realmRoleMapping.rolePrefix"] ?? ""
  if (realm.length > 0)
    writeClaim(
      set,
      config["claim.name"],
      realm.map((role) => `${prefix}${role}`),
    )
}

/** Keycloak's placeholder in the name of a claim. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so
const clientIdPlaceholder = "${client_id}"

const clientRoles: ClaimMapper = async (set, config, { roles }) => {
  const wanted = config["usermodel.clientRoleMapping.clientId"]
  const prefix = config["usermodel.clientRoleMapping.rolePrefix"] ?? ""
  for (const [clientId, held] of Object.entries((await roles()).clients)) {
    if ((wanted && wanted !== clientId) || held.length === 0) continue
    const name = config["claim.name"]?.replaceAll(clientIdPlaceholder, clientId.replaceAll(".", "\\."))
    writeClaim(
      set,
      name,
      held.map((role) => `${prefix}${role}`),
    )
  }
}

const attribute: ClaimMapper = (set, config, { user }) => {
  const values = valuesOf(user, config["user.attribute"] ?? "")
    .map((value) => toJsonType(value, config["jsonType.label"]))
    .filter((value) => value !== undefined)
  if (values.length === 0) return
  writeClaim(set, config["claim.name"], config.multivalued === "true" ? values : values[0])
}

const property: ClaimMapper = (set, config, { user }) => {
  const value = propertyOf(user, config["user.attribute"] ?? "")
  if (value !== undefined) writeClaim(set, config["claim.name"], toJsonType(value, config["jsonType.label"]))
}

const fullName: ClaimMapper = (set, _config, { user }) => {
  const name = [user.firstName, user.lastName].filter(Boolean).join(" ")
  if (name !== "") writeClaim(set, "name", name)
}

const sessionNote: ClaimMapper = (set, config, { notes }) => {
  const name = config["user.session.note"] ?? ""
  const note = Object.hasOwn(notes, name) ? notes[name] : undefined
  if (note !== undefined) writeClaim(set, config["claim.name"], toJsonType(note, config["jsonType.label"]))
}

const acr: ClaimMapper = (set, _config, context) => {
  if (context.acr !== undefined) set.claims.acr = context.acr
}

const allowedOrigins: ClaimMapper = (set, _config, { client }) => {
  const origins = [...webOriginsOf(client)]
  if (origins.length > 0) set.claims["allowed-origins"] = origins
}

/** Keycloak's mappers by provider id. `sub` is always written, so its mapper has nothing left to do. */
const mappers: Readonly<Record<string, ClaimMapper>> = {
  "oidc-acr-mapper": acr,
  "oidc-allowed-origins-mapper": allowedOrigins,
  "oidc-audience-mapper": audience,
  "oidc-audience-resolve-mapper": audienceResolve,
  "oidc-full-name-mapper": fullName,
  "oidc-group-membership-mapper": groups,
  "oidc-hardcoded-claim-mapper": hardcodedClaim,
  "oidc-sub-mapper": () => undefined,
  "oidc-usermodel-attribute-mapper": attribute,
  "oidc-usermodel-client-role-mapper": clientRoles,
  "oidc-usermodel-property-mapper": property,
  "oidc-usermodel-realm-role-mapper": realmRoles,
  "oidc-usersessionmodel-note-mapper": sessionNote,
}

/** The mapper of that provider id; undefined for one that this engine does not have, which then writes nothing. */
export function findClaimMapper(providerId: string): ClaimMapper | undefined {
  return Object.hasOwn(mappers, providerId) ? mappers[providerId] : undefined
}
