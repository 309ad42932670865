import { createHmac } from "node:crypto"
import { equalInConstantTime } from "@gatehouse/kernel"
import type { FastifyReply, FastifyRequest } from "fastify"
import { authenticateClient } from "../clients/authenticate-client.ts"
import { pageHeaders } from "../pages/layout.ts"
import { renderLogoutPage } from "../pages/logout-page.ts"
import { renderErrorPage, renderMessagePage } from "../pages/message-page.ts"
import type { Realm } from "../store/types.ts"
import { clearSessionCookies } from "../wire/clear-cookies.ts"
import { askProvider } from "../wire/hand-over.ts"
import { notStored, sendOAuthError, sendPage } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { type FormParameters, readForm, readFormBody } from "../wire/read-form.ts"
import { type LogoutRequest, readLogoutRequest } from "./logout-request.ts"

/** What the confirmation page carries over; everything else of the request has no part in it. */
const carried = ["client_id", "post_logout_redirect_uri", "state"]

/**
 * `GET` and `POST …/logout`. With a verified ID token the session ends at once; without one the user is asked; a `POST` with
 * a refresh token is a client that ends its own session, answered 204, as Keycloak's adapters do it.
 */
export async function answerLogout(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const form = readForm(Buffer.isBuffer(request.body) ? request.body : queryOf(request.url))
  if (!form) return refuse(reply, "invalid_request")
  const refreshToken = request.method === "POST" ? form.get("refresh_token") : undefined
  if (refreshToken !== undefined) return endByClient(dependencies, realm, form, refreshToken, request, reply)
  const asked = await readLogoutRequest(dependencies, realm, form)
  if (typeof asked === "string") return refuse(reply, asked)
  const session = await sessionOf(dependencies, realm, request, reply)
  if (asked.sid === undefined && session) return askUser(dependencies, realm, session.sid, form, asked, reply)
  if (asked.sid !== undefined) await dependencies.sessionEnder.endSession(realm, asked.sid)
  if (session && session.sid === asked.sid) clearSessionCookies(reply, realm)
  return goOn(reply, asked)
}

/** `POST …/login-actions/logout-confirm`: the user said yes, on the page made for this very session. */
export async function confirmLogout(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const form = readFormBody(request.body)
  if (!form) return refuse(reply, "invalid_request")
  const asked = await readLogoutRequest(dependencies, realm, form)
  if (typeof asked === "string") return refuse(reply, asked)
  const session = await sessionOf(dependencies, realm, request, reply)
  if (session) {
    const expected = formCode(dependencies, session.sid)
    if (!equalInConstantTime(expected, form.get("session_code") ?? "")) return refuse(reply, "expired")
    await dependencies.sessionEnder.endSession(realm, session.sid)
    clearSessionCookies(reply, realm)
  }
  return goOn(reply, asked)
}

function askUser(
  dependencies: OidcDependencies,
  realm: Realm,
  sid: string,
  form: FormParameters,
  { target }: LogoutRequest,
  reply: FastifyReply,
): FastifyReply {
  const kept = carried.flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const page = renderLogoutPage({
    organization: realm.displayName ?? realm.realm,
    action: `/realms/${realm.realm}/login-actions/logout-confirm`,
    fields: { ...Object.fromEntries(kept), session_code: formCode(dependencies, sid) },
  })
  const origin = target === undefined ? undefined : new URL(target).origin
  return sendPage(reply, 200, pageHeaders(origin && origin !== "null" ? [origin] : []), page)
}

async function endByClient(
  { store, sessionEnder }: OidcDependencies,
  realm: Realm,
  form: FormParameters,
  refreshToken: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const authenticated = await authenticateClient(store, realm, request.headers.authorization, form)
  if (!authenticated.ok)
    return sendOAuthError(reply, 401, "invalid_client", "Invalid client or Invalid client credentials")
  const stored = await store.expiring.find(realm.id, "RefreshToken", refreshToken)
  if (stored?.payload.clientId !== authenticated.client.clientId)
    return sendOAuthError(reply, 400, "invalid_grant", "Invalid refresh token")
  await sessionEnder.endSession(realm, String(stored?.payload.sid))
  return reply.code(204).headers(notStored).send()
}

function sessionOf(
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (request.headers.cookie === undefined) return undefined
  const seen = { realm, method: "GET", url: "/protocol/openid-connect/logout" } as const
  return askProvider(dependencies, request, reply, seen, (provider, ...exchange) =>
    provider.findSession(...exchange),
  )
}

function formCode({ formKey }: OidcDependencies, sid: string): string {
  return createHmac("sha256", formKey).update(`logout\0${sid}`).digest("base64url")
}

function goOn(reply: FastifyReply, { target }: LogoutRequest): FastifyReply {
  if (target !== undefined) return reply.headers(pageHeaders()).redirect(target, 303)
  return sendPage(
    reply,
    200,
    pageHeaders(),
    renderMessagePage("You are signed out", "You can close this window."),
  )
}

function refuse(reply: FastifyReply, error: string): FastifyReply {
  return sendPage(reply, 400, pageHeaders(), renderErrorPage(error))
}

function queryOf(url: string): string {
  const start = url.indexOf("?")
  return start === -1 ? "" : url.slice(start + 1)
}
