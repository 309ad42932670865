import { setTimeout as wait } from "node:timers/promises"
import type { FastifyReply, FastifyRequest } from "fastify"
import { registeredUris } from "../clients/redirect-uri.ts"
import { checkPassword, type PasswordOutcome } from "../login/check-password.ts"
import { createGate } from "../login/gate.ts"
import { pageHeaders } from "../pages/layout.ts"
import { renderLoginPage } from "../pages/login-page.ts"
import { renderErrorPage } from "../pages/message-page.ts"
import type { PendingLogin } from "../provider/realm-provider.ts"
import type { Realm } from "../store/types.ts"
import { askProvider, type HandedOver } from "../wire/hand-over.ts"
import { sendPage } from "../wire/oauth-answer.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import { readFormBody } from "../wire/read-form.ts"

/**
 * A failed sign-in is answered no earlier than this after it came, so that what differs between known and unknown accounts
 * (a row read, a failure counted) does not show. Above five times what a password takes here. In milliseconds.
 */
const failureMilliseconds = 200

/**
 * Passwords checked at once: each holds 19 MiB and a processor for 30 ms. Two hundred more may wait, which is 3 s; beyond
 * that sign-ins are turned away instead of holding memory.
 */
const passwordGate = createGate(2, 200)

const failures: Readonly<Record<Exclude<PasswordOutcome["kind"], "signed_in">, string>> = {
  refused: "User name or password is wrong. Check both and try again.",
  disabled: "This account is switched off. Ask an administrator of your organization.",
  incomplete: "This account is not set up completely. Ask an administrator of your organization.",
}

/** `GET …/login-actions/authenticate/<uid>`: the sign-in page, in the browser that began the sign-in. */
export async function showLogin(
  dependencies: OidcDependencies,
  realm: Realm,
  uid: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const seen = pageOf(realm, uid)
  const pending = await askProvider(dependencies, request, reply, seen, (provider, ...exchange) =>
    provider.findLogin(...exchange),
  )
  if (pending?.uid !== uid) return expired(reply)
  if (pending.prompt !== "login") return goOn(dependencies, realm, uid, request, reply, undefined)
  const known = pending.accountId && (await dependencies.store.findUser(realm.id, pending.accountId))
  const username = pending.loginHint ?? (known ? known.username : "")
  return render(reply, realm, pending, username.slice(0, 255), undefined)
}

/** `POST` of that page. Renders it again with 200 after a failure; goes on with 303 after success. */
export async function submitLogin(
  dependencies: OidcDependencies,
  realm: Realm,
  uid: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const earliest = wait(failureMilliseconds)
  const form = readFormBody(request.body)
  const pending = await askProvider(
    dependencies,
    request,
    reply,
    pageOf(realm, uid),
    (provider, ...exchange) => provider.findLogin(...exchange),
  )
  if (pending?.uid !== uid || pending.prompt !== "login") return expired(reply)
  if (!form) return sendPage(reply, 400, pageHeaders(), renderErrorPage("invalid_request"))
  const username = form.get("username") ?? ""
  const outcome = await passwordGate(() =>
    checkPassword(dependencies.store, realm, username, form.get("password") ?? ""),
  )
  if (outcome === "full")
    return sendPage(reply, 503, pageHeaders(), renderErrorPage("temporarily_unavailable"))
  if (outcome.kind === "signed_in") return goOn(dependencies, realm, uid, request, reply, outcome.user.id)
  await earliest
  return render(reply, realm, pending, username.slice(0, 255), failures[outcome.kind])
}

function pageOf(realm: Realm, uid: string): HandedOver {
  return { realm, method: "GET", url: `/login-actions/authenticate/${encodeURIComponent(uid)}` }
}

/**
 * Sends the browser on. A session of somebody else in it ends here, with all its tokens, so that the next user never gets
 * the former one's.
 */
async function goOn(
  dependencies: OidcDependencies,
  realm: Realm,
  uid: string,
  request: FastifyRequest,
  reply: FastifyReply,
  accountId: string | undefined,
): Promise<unknown> {
  const { former, location } = await askProvider(
    dependencies,
    request,
    reply,
    pageOf(realm, uid),
    async (provider, ...exchange) => ({
      former: accountId === undefined ? undefined : await provider.findSession(...exchange),
      location: await provider.finishLogin(...exchange, accountId),
    }),
  )
  if (location === undefined) return expired(reply)
  if (former && former.accountId !== accountId) await dependencies.sessionEnder.endSession(realm, former.sid)
  return reply.headers(pageHeaders()).redirect(location, 303)
}

function expired(reply: FastifyReply): FastifyReply {
  return sendPage(reply, 400, pageHeaders(), renderErrorPage("expired"))
}

function render(
  reply: FastifyReply,
  realm: Realm,
  { uid, client, redirectUri }: PendingLogin,
  username: string,
  error: string | undefined,
): FastifyReply {
  const page = renderLoginPage({
    organization: realm.displayName ?? realm.realm,
    application: client && (client.name ?? client.clientId),
    action: `/realms/${realm.realm}/login-actions/authenticate/${encodeURIComponent(uid)}`,
    username,
    error,
  })
  const uris = client ? registeredUris(client, [...client.redirectUris, ...client.webOrigins]) : []
  return sendPage(reply, 200, pageHeaders(formTargets([redirectUri ?? "", ...uris])), page)
}

/** Where the answer to the form may lead: the application's own addresses. */
function formTargets(uris: readonly string[]): readonly string[] {
  const sources = uris.flatMap((uri) => {
    const parsed = URL.parse(uri.replace(/\*$/, ""))
    if (!parsed) return []
    return parsed.origin === "null" ? [parsed.protocol] : [parsed.origin]
  })
  return [...new Set(sources)]
}
