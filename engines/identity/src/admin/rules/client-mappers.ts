import { claimPath, isUsableClaimPath, reservedClaims } from "../../claims/claim-name.ts"
import type { MapperInput } from "../../store/mappers.ts"

type Config = Readonly<Record<string, string>>

/** Claims that say which organization a token is of: only a platform administrator has them written, by a fixed value. */
const organizationClaims: ReadonlySet<string> = new Set(["org_id", "tenant_id"])

/** Claims with a meaning of ours, and the one way in which a mapper may write each. */
const singleSource: Readonly<Record<string, (providerId: string, config: Config) => boolean>> = {
  auth_time: (id, config) => isSessionNote(id, config, "AUTH_TIME"),
  client_id: (id, config) => isSessionNote(id, config, "client_id"),
  clientAddress: (id, config) => isSessionNote(id, config, "clientAddress"),
  clientHost: (id, config) => isSessionNote(id, config, "clientHost"),
  email: (id, config) => isMember(id, config, "email"),
  email_verified: (id, config) => id === propertyMapper && config["user.attribute"] === "emailVerified",
  groups: (id, config) => id === "oidc-group-membership-mapper" && config["full.path"] !== "false",
  preferred_username: (id, config) => isMember(id, config, "username"),
  realm_access: (id, config) =>
    id === "oidc-usermodel-realm-role-mapper" && !config["usermodel.realmRoleMapping.rolePrefix"],
  resource_access: (id, config) =>
    id === "oidc-usermodel-client-role-mapper" && !config["usermodel.clientRoleMapping.rolePrefix"],
}

const attributeMapper = "oidc-usermodel-attribute-mapper"
const propertyMapper = "oidc-usermodel-property-mapper"

/** Mappers that write a claim of a name that their configuration gives. */
const namedMappers: ReadonlySet<string> = new Set([
  "oidc-group-membership-mapper",
  "oidc-hardcoded-claim-mapper",
  attributeMapper,
  propertyMapper,
  "oidc-usermodel-client-role-mapper",
  "oidc-usermodel-realm-role-mapper",
  "oidc-usersessionmodel-note-mapper",
])

/** Mappers that write one claim of their own. */
const ownMappers: ReadonlySet<string> = new Set([
  "oidc-acr-mapper",
  "oidc-allowed-origins-mapper",
  "oidc-audience-mapper",
  "oidc-audience-resolve-mapper",
  "oidc-full-name-mapper",
  "oidc-sub-mapper",
])

/** True for a mapper that says which organization a token is of. */
export function namesOrganization(mapper: MapperInput): boolean {
  return organizationClaims.has(claimRoot(mapper.config["claim.name"] ?? ""))
}

/**
 * What is wrong with a mapper, in a sentence without values; undefined where nothing is. No mapper writes a claim that
 * Gatehouse reserves (Keycloak CVE-2026-16102). Unknown mappers are refused: nobody knows what they would write.
 */
export function violationOfMapper(mapper: MapperInput): string | undefined {
  const { protocolMapper, config } = mapper
  if (ownMappers.has(protocolMapper)) return undefined
  if (!namedMappers.has(protocolMapper)) return "The mapper's type is not supported by this engine"
  const name = config["claim.name"] ?? ""
  const parts = claimPath(name)
  const root = claimRoot(name)
  if (root.includes("${") || !isUsableClaimPath(parts)) return "The mapper names no valid claim"
  if (reservedClaims.has(root)) return "The mapper would write a claim that is reserved"
  if (
    organizationClaims.has(root) &&
    (protocolMapper !== "oidc-hardcoded-claim-mapper" || parts.length > 1)
  ) {
    return "The mapper would write a claim that only a fixed value may have"
  }
  if (Object.hasOwn(singleSource, root) && !singleSource[root]?.(protocolMapper, config)) {
    return "The mapper would write a claim that has another source"
  }
  return undefined
}

function claimRoot(name: string): string {
  return claimPath(name)[0] ?? ""
}

function isSessionNote(providerId: string, config: Config, note: string): boolean {
  return providerId === "oidc-usersessionmodel-note-mapper" && config["user.session.note"] === note
}

function isMember(providerId: string, config: Config, member: string): boolean {
  return (
    (providerId === attributeMapper || providerId === propertyMapper) && config["user.attribute"] === member
  )
}
