import type { FastifyReply, FastifyRequest } from "fastify"
import { splitScope } from "../claims/resolve-scopes.ts"
import { pageHeaders } from "../pages/layout.ts"
import { renderErrorPage } from "../pages/message-page.ts"
import type { Realm } from "../store/types.ts"
import { handToProvider } from "../wire/hand-over.ts"
import { sendPage } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { readForm } from "../wire/read-form.ts"

const path = "/protocol/openid-connect/auth"

/** A longer request is refused: bounds what is stored while somebody signs in. In characters. */
const maximumQueryCharacters = 16_384

/** Parameters that Keycloak passes over, and the provider would act on. */
const passedOver = ["resource", "claims", "authorization_details", "dpop_jkt", "registration"]

/** The same, where the request is one of plain OAuth: they are about ID tokens, and it asks for none. */
const passedOverWithoutOpenid = ["nonce", "acr_values", "claims_locales"]

/** `GET …/auth` and `GET …/auth/<uid>`, where the browser comes back to after the page. */
export async function answerAuthorization(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
  resume?: string,
): Promise<unknown> {
  const asked = queryOf(request.url)
  // A parameter that comes twice could be checked in one copy and used in the other.
  if (asked.length > maximumQueryCharacters || !readForm(asked))
    return sendPage(reply, 400, pageHeaders(), renderErrorPage("invalid_request"))
  const query = new URLSearchParams(asked)
  for (const name of passedOver) query.delete(name)
  if (!splitScope(query.get("scope") ?? undefined).includes("openid"))
    for (const name of passedOverWithoutOpenid) query.delete(name)
  const search = query.toString()
  const below = resume === undefined ? path : `${path}/${encodeURIComponent(resume)}`
  const url = search === "" ? below : `${below}?${search}`
  await handToProvider(dependencies, request, reply, { realm, method: "GET", url }, answerHeaders)
  return reply
}

/** `POST …/auth` (OpenID Connect Core section 3.1.2.1): the same request, asked again by GET, with the browser's cookies. */
export async function answerPostedAuthorization(
  { issuerOf }: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : ""
  if (body.length > maximumQueryCharacters)
    return sendPage(reply, 400, pageHeaders(), renderErrorPage("invalid_request"))
  const search = new URLSearchParams(body).toString()
  return reply.headers(pageHeaders()).redirect(`${issuerOf(realm)}${path}?${search}`, 303)
}

function queryOf(url: string): string {
  const start = url.indexOf("?")
  return start === -1 ? "" : url.slice(start + 1)
}

/**
 * The provider answers with a redirect, an error page, or, for `response_mode=form_post`, a page that posts itself: that one
 * adds the hash of its script to the policy, and its form goes to the redirect URI that was checked.
 */
const answerHeaders: Readonly<Record<string, string>> = {
  ...pageHeaders(),
  "content-security-policy": pageHeaders()
    ["content-security-policy"]?.split("; ")
    .filter((directive) => !directive.startsWith("form-action"))
    .concat("script-src 'self'")
    .join("; ") as string,
}
