import {
  defaultClientIds,
  developmentPortalUrl,
  type OrganizationId,
  organizationGroups,
  platformAdministratorRole,
  realmRoleRelations,
} from "@gatehouse/contracts"
import { type MapperTemplate, organizationMappers } from "./mappers.ts"

/** What a realm is made from. */
export interface RealmTemplateOptions {
  readonly organization: OrganizationId
  readonly displayName: string
  /** The organization's own address, `http://acme.localhost:8080`, without a path. */
  readonly organizationUrl: string
  /** Further addresses at which the portal runs; by default that of its development server. */
  readonly portalUrls?: readonly string[]
  /** The realm's name, where it is not the organization's id. */
  readonly realm?: string
  /** Begins the names of the default clients; `gatehouse` by default. The audience of tokens stays `gatehouse-api`. */
  readonly platformName?: string
  /** Where the default clients are told that a session ended: each tells of the sessions it took part in. */
  readonly backchannelLogoutUrl?: string
  /** True for the platform's own realm, which has the role of its administrators. */
  readonly isPlatform?: boolean
  readonly lifetimes?: Partial<RealmLifetimes>
}

/** Lifetimes of a realm, in seconds. The idle timeout is a refresh token's life. */
export interface RealmLifetimes {
  readonly accessTokenLifespan: number
  readonly ssoSessionIdleTimeout: number
  readonly ssoSessionMaxLifespan: number
}

/** PRODUCT's defaults. */
const defaultLifetimes: RealmLifetimes = {
  accessTokenLifespan: 300,
  ssoSessionIdleTimeout: 1800,
  ssoSessionMaxLifespan: 28_800,
}

/** A client as the template makes it (ClientRepresentation). */
export interface ClientTemplate {
  readonly clientId: string
  readonly name: string
  readonly enabled: boolean
  readonly protocol: "openid-connect"
  readonly publicClient: boolean
  readonly standardFlowEnabled: boolean
  readonly implicitFlowEnabled: false
  readonly directAccessGrantsEnabled: false
  readonly serviceAccountsEnabled: boolean
  readonly fullScopeAllowed: true
  readonly redirectUris: readonly string[]
  readonly webOrigins: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly protocolMappers: readonly MapperTemplate[]
}

/** A realm as the template makes it (RealmRepresentation). */
export interface RealmTemplate {
  readonly realm: string
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly realmRoles: readonly string[]
  /** Full paths. Every group stands at the top level. */
  readonly groups: readonly string[]
  readonly clients: readonly ClientTemplate[]
}

/** The first part of every project group's path. */
const projectsGroup = "/projects"

/**
 * The realm of an organization: default clients, mappers, roles, groups and lifetimes. Neither implicit nor password grants
 * are configured (RFC 9700 sections 2.1.2 and 2.4), and public clients use PKCE with S256 alone (section 2.1.1).
 */
export function realmTemplate(options: RealmTemplateOptions): RealmTemplate {
  const { organization, displayName, realm = organization } = options
  return {
    realm,
    settings: {
      enabled: true,
      displayName,
      sslRequired: "external",
      registrationAllowed: false,
      resetPasswordAllowed: false,
      editUsernameAllowed: false,
      duplicateEmailsAllowed: false,
      loginWithEmailAllowed: true,
      bruteForceProtected: true,
      revokeRefreshToken: true,
      refreshTokenMaxReuse: 0,
      ...defaultLifetimes,
      ...options.lifetimes,
    },
    realmRoles: [...realmRoleRelations.keys(), ...(options.isPlatform ? [platformAdministratorRole] : [])],
    groups: [...Object.values(organizationGroups), projectsGroup],
    clients: clientTemplates(options),
  }
}

/** The representation that `POST /admin/realms` takes. */
export function toRealmRepresentation(template: RealmTemplate): Record<string, unknown> {
  return {
    realm: template.realm,
    ...template.settings,
    roles: { realm: template.realmRoles.map((name) => ({ name })) },
    groups: template.groups.map((path) => ({ name: path.slice(1), path })),
    clients: template.clients,
  }
}

function clientTemplates(options: RealmTemplateOptions): ClientTemplate[] {
  const { organization, organizationUrl, platformName } = options
  const clientIds = defaultClientIds(platformName)
  const portals = [...new Set([organizationUrl, ...(options.portalUrls ?? [developmentPortalUrl])])]
  const common = {
    enabled: true,
    protocol: "openid-connect",
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    fullScopeAllowed: true,
    protocolMappers: organizationMappers(organization),
  } as const
  const publicClient = {
    ...common,
    publicClient: true,
    standardFlowEnabled: true,
    serviceAccountsEnabled: false,
  }
  const logout: Readonly<Record<string, string>> =
    options.backchannelLogoutUrl === undefined
      ? {}
      : {
          "backchannel.logout.url": options.backchannelLogoutUrl,
          "backchannel.logout.session.required": "true",
        }
  const proofKey = { "pkce.code.challenge.method": "S256", ...logout }
  return [
    {
      ...publicClient,
      clientId: clientIds.portal,
      name: "Portal",
      redirectUris: portals.map((url) => `${url}/*`),
      webOrigins: portals,
      attributes: {
        ...proofKey,
        "post.logout.redirect.uris": portals.map((url) => `${url}/*`).join("##"),
      },
    },
    {
      ...publicClient,
      clientId: clientIds.cli,
      name: "Command line",
      // RFC 8252 section 7.3: the port of a loopback address varies.
      redirectUris: ["http://127.0.0.1/*"],
      webOrigins: [],
      attributes: proofKey,
    },
    {
      ...common,
      clientId: clientIds.api,
      name: "API and services",
      publicClient: false,
      standardFlowEnabled: false,
      serviceAccountsEnabled: true,
      redirectUris: [],
      webOrigins: [],
      attributes: logout,
    },
  ]
}
