import type { FastifyReply, FastifyRequest } from "fastify"
import { authenticateClient } from "../clients/authenticate-client.ts"
import type { Client, Realm } from "../store/types.ts"
import { notStored, sendOAuthError } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { readFormBody } from "../wire/read-form.ts"

/**
 * `POST …/revoke` (RFC 7009), as Keycloak does it: an access token dies alone, a refresh token ends its session, an unknown
 * token is 200 with an error in the body, and another client's is 400 and lives on.
 */
export async function answerRevocation(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const form = readFormBody(request.body)
  if (!form) return sendOAuthError(reply, 400, "invalid_request", "duplicated parameter")
  const authenticated = await authenticateClient(
    dependencies.store,
    realm,
    request.headers.authorization,
    form,
  )
  if (!authenticated.ok)
    return sendOAuthError(reply, 401, "invalid_client", "Invalid client or Invalid client credentials")
  const token = form.get("token")
  if (token === undefined) return sendOAuthError(reply, 400, "invalid_request", "Token not provided")
  switch (await revoke(dependencies, realm, authenticated.client, token)) {
    case "revoked":
      return reply.code(200).headers(notStored).send()
    case "unknown":
      return sendOAuthError(reply, 200, "invalid_token", "Invalid token")
    case "foreign":
      return sendOAuthError(reply, 400, "invalid_token", "Unmatching clients")
  }
}

async function revoke(
  { store, accessTokens, sessionEnder }: OidcDependencies,
  realm: Realm,
  client: Client,
  token: string,
): Promise<"revoked" | "unknown" | "foreign"> {
  const refresh = await store.expiring.find(realm.id, "RefreshToken", token)
  if (refresh) {
    if (refresh.payload.clientId !== client.clientId) return "foreign"
    await sessionEnder.endSession(realm, String(refresh.payload.sid))
    return "revoked"
  }
  const live = await accessTokens.verify(realm, token)
  if (!live) return "unknown"
  if (live.client.clientId !== client.clientId) return "foreign"
  await accessTokens.revoke(realm, live.claims)
  return "revoked"
}
