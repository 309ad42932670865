import type { ProtocolMapper } from "./types.ts"

/** A client scope that every realm starts with. */
export interface BuiltInScope {
  readonly name: string
  readonly description: string
  /** Whether `scope` in a token names it. */
  readonly inTokenScope: boolean
  /** Which clients get it unasked: every one, those that ask, or those with a service account alone. */
  readonly given: "default" | "optional" | "service-accounts"
  readonly protocolMappers: readonly Omit<ProtocolMapper, "id">[]
}

const everywhere = {
  "access.token.claim": "true",
  "id.token.claim": "true",
  "userinfo.token.claim": "true",
  "introspection.token.claim": "true",
}
const accessOnly = { "access.token.claim": "true", "introspection.token.claim": "true" }

function mapper(name: string, protocolMapper: string, config: Record<string, string>) {
  return { name, protocol: "openid-connect" as const, protocolMapper, config }
}

function attribute(name: string, userAttribute: string, claim: string, type = "String") {
  return mapper(name, "oidc-usermodel-attribute-mapper", {
    "user.attribute": userAttribute,
    "claim.name": claim,
    "jsonType.label": type,
    ...everywhere,
  })
}

function property(name: string, userProperty: string, claim: string, type = "String") {
  return mapper(name, "oidc-usermodel-property-mapper", {
    "user.attribute": userProperty,
    "claim.name": claim,
    "jsonType.label": type,
    ...everywhere,
  })
}

function sessionNote(name: string, note: string, claim: string, type = "String") {
  return mapper(name, "oidc-usersessionmodel-note-mapper", {
    "user.session.note": note,
    "claim.name": claim,
    "jsonType.label": type,
    "access.token.claim": "true",
    "id.token.claim": "true",
    "introspection.token.claim": "true",
  })
}

/**
 * Keycloak's built-in scopes, as far as tokens here need them, with its names, provider ids and configuration keys.
 * `microprofile-jwt` is left out: it writes realm roles into `groups`, where Gatehouse has full group paths. So is the mapper
 * of `phone_number_verified`, which would take a flag of verification from an attribute.
 */
export const builtInScopes: readonly BuiltInScope[] = [
  {
    name: "basic",
    description: "The subject and the time of authentication.",
    inTokenScope: false,
    given: "default",
    protocolMappers: [
      mapper("sub", "oidc-sub-mapper", accessOnly),
      sessionNote("auth_time", "AUTH_TIME", "auth_time", "long"),
    ],
  },
  {
    name: "acr",
    description: "How strongly the user was authenticated.",
    inTokenScope: false,
    given: "default",
    protocolMappers: [mapper("acr loa level", "oidc-acr-mapper", { ...everywhere })],
  },
  {
    name: "profile",
    description: "OpenID Connect's scope profile.",
    inTokenScope: true,
    given: "default",
    protocolMappers: [
      mapper("full name", "oidc-full-name-mapper", everywhere),
      attribute("username", "username", "preferred_username"),
      attribute("given name", "firstName", "given_name"),
      attribute("family name", "lastName", "family_name"),
      attribute("locale", "locale", "locale"),
    ],
  },
  {
    name: "email",
    description: "OpenID Connect's scope email.",
    inTokenScope: true,
    given: "default",
    protocolMappers: [
      attribute("email", "email", "email"),
      property("email verified", "emailVerified", "email_verified", "boolean"),
    ],
  },
  {
    name: "roles",
    description: "Roles of the realm and of clients.",
    inTokenScope: false,
    given: "default",
    protocolMappers: [
      mapper("realm roles", "oidc-usermodel-realm-role-mapper", {
        "claim.name": "realm_access.roles",
        "jsonType.label": "String",
        multivalued: "true",
        ...accessOnly,
      }),
      mapper("client roles", "oidc-usermodel-client-role-mapper", {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Keycloak's own placeholder, filled when a token is made
        "claim.name": "resource_access.${client_id}.roles",
        "jsonType.label": "String",
        multivalued: "true",
        ...accessOnly,
      }),
      mapper("audience resolve", "oidc-audience-resolve-mapper", accessOnly),
    ],
  },
  {
    name: "web-origins",
    description: "The client's origins, as allowed-origins.",
    inTokenScope: false,
    given: "default",
    protocolMappers: [mapper("allowed web origins", "oidc-allowed-origins-mapper", accessOnly)],
  },
  {
    name: "service_account",
    description: "Marks the token of a service account.",
    inTokenScope: false,
    given: "service-accounts",
    protocolMappers: [
      sessionNote("Client ID", "client_id", "client_id"),
      sessionNote("Client Host", "clientHost", "clientHost"),
      sessionNote("Client IP Address", "clientAddress", "clientAddress"),
    ],
  },
  {
    name: "address",
    description: "OpenID Connect's scope address.",
    inTokenScope: true,
    given: "optional",
    protocolMappers: [],
  },
  {
    name: "phone",
    description: "OpenID Connect's scope phone.",
    inTokenScope: true,
    given: "optional",
    protocolMappers: [attribute("phone number", "phoneNumber", "phone_number")],
  },
  {
    name: "offline_access",
    description: "OpenID Connect's scope offline_access.",
    inTokenScope: true,
    given: "optional",
    protocolMappers: [],
  },
]
