import type { FastifyReply } from "fastify"
import type { Realm } from "../store/types.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"

const clientAuthentication = ["client_secret_basic", "client_secret_post"]

/**
 * `GET …/.well-known/openid-configuration` (OpenID Connect Discovery 1.0): Keycloak's document, with what this engine does
 * and nothing more. Addresses come from configuration, whatever `Host` says.
 */
export async function answerDiscovery(
  { issuerOf, store }: OidcDependencies,
  realm: Realm,
  reply: FastifyReply,
): Promise<unknown> {
  const issuer = issuerOf(realm)
  const protocol = `${issuer}/protocol/openid-connect`
  const scopes = await store.clientScopes.list(realm.id)
  const names = scopes.map(({ name }) => name).filter((name) => name !== "offline_access")
  return reply.send({
    issuer,
    authorization_endpoint: `${protocol}/auth`,
    token_endpoint: `${protocol}/token`,
    introspection_endpoint: `${protocol}/token/introspect`,
    userinfo_endpoint: `${protocol}/userinfo`,
    end_session_endpoint: `${protocol}/logout`,
    revocation_endpoint: `${protocol}/revoke`,
    jwks_uri: `${protocol}/certs`,
    grant_types_supported: ["authorization_code", "client_credentials", "refresh_token"],
    response_types_supported: ["code"],
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: [...clientAuthentication, "none"],
    introspection_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: [...clientAuthentication, "none"],
    code_challenge_methods_supported: ["S256"],
    prompt_values_supported: ["none", "login", "consent"],
    acr_values_supported: ["1"],
    claims_supported: [
      "iss",
      "sub",
      "aud",
      "exp",
      "iat",
      "auth_time",
      "name",
      "given_name",
      "family_name",
      "preferred_username",
      "email",
      "acr",
    ],
    claim_types_supported: ["normal"],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    scopes_supported: ["openid", ...names],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  })
}
