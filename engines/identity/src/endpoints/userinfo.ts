import type { FastifyReply, FastifyRequest } from "fastify"
import { collectClaims } from "../claims/collect-claims.ts"
import { resolveScopes, splitScope } from "../claims/resolve-scopes.ts"
import type { Realm } from "../store/types.ts"
import { createMapperContext } from "../tokens/mapper-context.ts"
import { notStored, sendOAuth } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { readFormBody } from "../wire/read-form.ts"

/** `GET` and `POST …/userinfo` (OpenID Connect Core section 5.3). Errors stand in `WWW-Authenticate` alone, as in Keycloak. */
export async function answerUserinfo(
  { store, accessTokens }: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const token = bearerTokenOf(request)
  if (token === "two") return refuse(reply, realm, 400, "invalid_request", "One token, sent in one way")
  const live = token === undefined ? undefined : await accessTokens.verify(realm, token)
  if (live?.claims.sid === undefined)
    return refuse(reply, realm, 401, "invalid_token", "Token verification failed")
  const granted = splitScope(live.claims.scope)
  if (!granted.includes("openid"))
    return refuse(reply, realm, 403, "insufficient_scope", "Missing openid scope")
  const { scopes } = await resolveScopes(store, live.client, granted, undefined)
  const context = createMapperContext(store, {
    client: live.client,
    user: live.user,
    notes: {},
    acr: undefined,
  })
  const { claims } = await collectClaims("userinfo", scopes, context)
  return sendOAuth(reply, 200, { ...claims, sub: live.user.id })
}

/** The header, or the form of a POST (RFC 6750 section 2); never the query, and never two. */
function bearerTokenOf(request: FastifyRequest): string | "two" | undefined {
  const { authorization } = request.headers
  const form = readFormBody(request.body)
  const posted = form?.get("access_token")
  if (authorization !== undefined && posted !== undefined) return "two"
  return posted ?? /^Bearer ([\w\-.~+/]+=*)$/i.exec(authorization ?? "")?.[1]
}

function refuse(
  reply: FastifyReply,
  realm: Realm,
  status: number,
  error: string,
  description: string,
): FastifyReply {
  return reply
    .code(status)
    .headers({
      ...notStored,
      "www-authenticate": `Bearer realm="${realm.realm}", error="${error}", error_description="${description}"`,
    })
    .type("text/plain")
    .send("")
}
