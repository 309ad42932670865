import { apiAudience, type OrganizationId } from "@gatehouse/contracts"

/** A mapper as the template makes it (ProtocolMapperRepresentation). */
export interface MapperTemplate {
  readonly name: string
  readonly protocol: "openid-connect"
  readonly protocolMapper: string
  readonly config: Readonly<Record<string, string>>
}

const accessToken = { "access.token.claim": "true", "introspection.token.claim": "true" }
const everyToken = { ...accessToken, "id.token.claim": "true", "userinfo.token.claim": "true" }

/**
 * What Gatehouse needs in tokens beyond Keycloak's default scopes: the audience, full group paths, and the organization. Subject,
 * realm roles, names and e-mail come from the scopes basic, roles, profile and email, which every client has by default; the
 * mark of a service account (`client_id`) from the scope service_account.
 */
export function organizationMappers(organization: OrganizationId): readonly MapperTemplate[] {
  return [
    mapper("audience", "oidc-audience-mapper", {
      "included.client.audience": apiAudience,
      "id.token.claim": "false",
      ...accessToken,
    }),
    mapper("groups", "oidc-group-membership-mapper", {
      "claim.name": "groups",
      "full.path": "true",
      ...everyToken,
    }),
    ...["org_id", "tenant_id"].map((claim) =>
      mapper(claim, "oidc-hardcoded-claim-mapper", {
        "claim.name": claim,
        "claim.value": organization,
        "jsonType.label": "String",
        ...everyToken,
      }),
    ),
  ]
}

function mapper(name: string, protocolMapper: string, config: Record<string, string>): MapperTemplate {
  return { name, protocol: "openid-connect", protocolMapper, config }
}
