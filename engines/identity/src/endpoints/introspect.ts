import type { FastifyReply, FastifyRequest } from "fastify"
import { authenticateClient } from "../clients/authenticate-client.ts"
import type { Realm } from "../store/types.ts"
import { sendOAuth, sendOAuthError } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { readFormBody } from "../wire/read-form.ts"

/**
 * `POST …/token/introspect` (RFC 7662). Only a living access token is active, and only to a client that is in its audience,
 * its own client included: to all others it is like none.
 */
export async function answerIntrospection(
  { store, accessTokens }: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const form = readFormBody(request.body)
  if (!form) return sendOAuthError(reply, 400, "invalid_request", "duplicated parameter")
  const authenticated = await authenticateClient(store, realm, request.headers.authorization, form)
  if (!authenticated.ok) return sendOAuthError(reply, 401, "invalid_client", "Client authentication failed.")
  const { client } = authenticated
  if (client.publicClient) return sendOAuthError(reply, 403, "invalid_request", "Client not allowed.")
  const token = form.get("token")
  if (token === undefined) return sendOAuthError(reply, 400, "invalid_request", "Token not provided.")
  const live = await accessTokens.verify(realm, token)
  const { aud } = live?.claims ?? {}
  if (!live || !(Array.isArray(aud) ? aud.includes(client.clientId) : aud === client.clientId))
    return sendOAuth(reply, 200, { active: false })
  return sendOAuth(reply, 200, {
    ...live.claims,
    client_id: live.client.clientId,
    username: live.user.username,
    token_type: "Bearer",
    active: true,
  })
}
