import type { FastifyReply, FastifyRequest } from "fastify"
import { authenticateClient, type ClientAuthentication } from "../clients/authenticate-client.ts"
import { webOriginsOf } from "../clients/web-origins.ts"
import type { Client, Realm } from "../store/types.ts"
import { issueClientCredentials } from "../tokens/issue-client-credentials.ts"
import { handToProvider } from "../wire/hand-over.ts"
import { notStored, sendOAuth, sendOAuthError } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { type FormParameters, readForm } from "../wire/read-form.ts"

const path = "/protocol/openid-connect/token"
const grantTypes = ["authorization_code", "refresh_token", "client_credentials", "password"] as const
type GrantType = (typeof grantTypes)[number]

/** `POST …/token` in Keycloak's words (WIRES.md). The grants that start from a sign-in are the provider's, the rest is ours. */
export async function answerToken(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const form = readForm(body)
  if (!form) return sendOAuthError(reply, 400, "invalid_request", "duplicated parameter")
  const grantType = form.get("grant_type")
  if (grantType === undefined)
    return sendOAuthError(reply, 400, "invalid_request", "Missing form parameter: grant_type")
  if (!isGrantType(grantType))
    return sendOAuthError(reply, 400, "unsupported_grant_type", "Unsupported grant_type")
  const authenticated = await authenticateClient(
    dependencies.store,
    realm,
    request.headers.authorization,
    form,
  )
  if (!authenticated.ok) return refuseClient(reply, authenticated.reason)
  const { client } = authenticated
  const { origin } = request.headers
  if (origin !== undefined && origin !== dependencies.publicUrl.origin && !webOriginsOf(client).has(origin))
    return sendOAuthError(reply, 403, "invalid_request", "Invalid origin")
  switch (grantType) {
    case "password":
      return sendOAuthError(reply, 400, "unauthorized_client", "Client not allowed for direct access grants")
    case "client_credentials":
      return answerClientCredentials(dependencies, realm, client, form, request, reply)
    default:
      return exchange(dependencies, { realm, client, form, grantType, body }, request, reply)
  }
}

function isGrantType(text: string): text is GrantType {
  return (grantTypes as readonly string[]).includes(text)
}

/** Keycloak's two answers differ in their code alone: an unknown client, and one that did not prove itself. */
function refuseClient(
  reply: FastifyReply,
  reason: Extract<ClientAuthentication, { ok: false }>["reason"],
): FastifyReply {
  if (reason === "two_methods" || reason === "malformed")
    return sendOAuthError(reply, 400, "invalid_request", "The client authenticates in one way, well-formed")
  const error = reason === "wrong_secret" ? "unauthorized_client" : "invalid_client"
  return sendOAuthError(reply, 401, error, "Invalid client or Invalid client credentials")
}

async function answerClientCredentials(
  dependencies: OidcDependencies,
  realm: Realm,
  client: Client,
  form: FormParameters,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const outcome = await issueClientCredentials(dependencies, {
    realm,
    client,
    scope: form.get("scope"),
    remoteAddress: request.ip,
  })
  if (!outcome.ok) return sendOAuthError(reply, outcome.status, outcome.error, outcome.description)
  return sendOAuth(reply, 200, outcome.body)
}

interface Exchange {
  readonly realm: Realm
  readonly client: Client
  readonly form: FormParameters
  readonly grantType: "authorization_code" | "refresh_token"
  readonly body: Buffer
}

async function exchange(
  dependencies: OidcDependencies,
  { realm, client, form, grantType, body }: Exchange,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const parameter = grantType === "refresh_token" ? "refresh_token" : "code"
  if (!form.has(parameter)) {
    const description = parameter === "code" ? "Missing parameter: code" : "No refresh token"
    return sendOAuthError(reply, 400, "invalid_request", description)
  }
  if (!client.standardFlowEnabled)
    return sendOAuthError(reply, 400, "unauthorized_client", "Client not allowed to exchange code")
  await handToProvider(dependencies, request, reply, { realm, method: "POST", url: path, body }, notStored, {
    client,
    grantType,
    code: grantType === "authorization_code" ? form.get("code") : undefined,
  })
  return reply
}
