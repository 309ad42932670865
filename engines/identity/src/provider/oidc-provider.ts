import { randomBytes } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { nowSeconds } from "@gatehouse/kernel"
import Provider, {
  type Account,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from "oidc-provider"
import { resolveScopes, splitScope, unknownScopes } from "../claims/resolve-scopes.ts"
import { matchesRegisteredUri, registeredUris } from "../clients/redirect-uri.ts"
import { pageHeaders } from "../pages/layout.ts"
import type { Client } from "../store/types.ts"
import { accessTokenClaims } from "../tokens/access-token-claims.ts"
import { idTokenClaims } from "../tokens/id-token-claims.ts"
import { accessTokenSeconds, idleSeconds, sessionSecondsLeft } from "../tokens/lifespans.ts"
import { createMapperContext } from "../tokens/mapper-context.ts"
import { createAdapter } from "./adapter.ts"
import { registrationMember, requiresProofKey } from "./client-metadata.ts"
import { cookieNames } from "./cookie-names.ts"
import type { PendingLogin, RealmProvider, RealmProviderOptions } from "./realm-provider.ts"
import { currentRealmRequest } from "./realm-request.ts"
import { finishTokenAnswer } from "./token-answer.ts"

/**
 * The one file that knows oidc-provider. It configures one provider for a realm, on Keycloak's paths, and hides it behind
 * `RealmProvider`: what else the engine answers (discovery, keys, userinfo, introspection, revocation, logout, pages, client
 * credentials) is ours.
 */

/** Paths below the realm. */
const authorizationPath = "/protocol/openid-connect/auth"
const tokenPath = "/protocol/openid-connect/token"

/** The one resource of a realm: its access tokens are JWTs, whose audience the mappers write. */
const realmResource = "urn:gatehouse:realm"

/** A parameter that nobody sends: the provider calls its check with every authorization request, which is where ours hooks in. */
const requestCheck = "gatehouse_request_check"

/** How a user who gave a password is authenticated, in Keycloak's default levels. */
const passwordLevel = "1"

/** A provider for one realm. About 110 KB and half a millisecond, so it is made when the realm is first used. */
export function createRealmProvider(options: RealmProviderOptions): RealmProvider {
  const provider = new Provider(options.issuer, configure(options))
  // Our layer writes the forwarded headers of every request itself, from configuration.
  provider.proxy = true
  speakKeycloak(provider, options)
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path === tokenPath) await finishTokenAnswer(ctx, options)
  })
  provider.onerror = (error) => options.logger.error({ err: error }, "the provider failed")
  provider.on("server_error", (_ctx, error) =>
    options.logger.error({ err: error }, "the provider failed on a request"),
  )
  provider.on("grant.error", (_ctx, { error, error_detail, error_description }) => {
    currentRealmRequest().refusal = { error, detail: error_detail ?? error_description ?? "" }
  })
  const answer = provider.callback()
  return {
    handle: async (request, response) => {
      await answer(request, response)
    },
    findLogin: (request, response) => findLogin(provider, request, response),
    finishLogin: (request, response, accountId) => finishLogin(provider, request, response, accountId),
    async findSession(request, response) {
      const { uid, accountId } = await provider.Session.get(provider.createContext(request, response))
      return accountId === undefined ? undefined : { sid: uid, accountId }
    },
  }
}

function registrationOf(client: { [member: string]: unknown } | object): Client {
  return (client as { [registrationMember]: Client })[registrationMember]
}

/** What the provider does itself; the endpoints that it would refuse our tokens at are ours. */
const features: NonNullable<Configuration["features"]> = {
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  userinfo: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  resourceIndicators: {
    enabled: true,
    defaultResource: async () => realmResource,
    useGrantedResource: async () => true,
    getResourceServerInfo: async (_ctx, _resource, client) => ({
      scope: scopesOf(registrationOf(client)).join(" "),
      audience: realmResource,
      accessTokenFormat: "jwt",
      jwt: { sign: { alg: "RS256" } },
    }),
  },
}

/** Lifetimes in seconds, by the settings that the realm has at that moment. */
function lifetimes(now: () => number): NonNullable<Configuration["ttl"]> {
  return {
    AccessToken: (_ctx, _token, client) => {
      const { realm: settings, session } = currentRealmRequest()
      const left = session && sessionSecondsLeft(settings, session.startedAt, now())
      return accessTokenSeconds(settings, registrationOf(client), left)
    },
    IdToken: (_ctx, _token, client) =>
      accessTokenSeconds(currentRealmRequest().realm, registrationOf(client)),
    AuthorizationCode: () => currentRealmRequest().realm.accessCodeLifespan,
    Interaction: () => currentRealmRequest().realm.accessCodeLifespanLogin,
    RefreshToken: () => {
      const { realm: settings, session } = currentRealmRequest()
      return session ? idleSeconds(settings, session.startedAt, now()) : settings.ssoSessionIdleTimeout
    },
    Grant: () => currentRealmRequest().realm.ssoSessionMaxLifespan,
    // The cookie's side lives to the session's end; the idle timeout is kept by `UserSessions`.
    Session: (_ctx, session) =>
      Math.max(1, sessionSecondsLeft(currentRealmRequest().realm, session.iat ?? now(), now())),
  }
}

function configure(options: RealmProviderOptions): Configuration {
  const { issuer, realm, keys, store, sessions, clock, renderError } = options
  const secure = issuer.startsWith("https:")
  const cookie = { httpOnly: true, sameSite: "lax", secure, overwrite: true } as const
  const now = () => nowSeconds(clock)
  return {
    adapter: (model: string) =>
      createAdapter(model, {
        store,
        sessions,
        nowMilliseconds: () => clock.nowMilliseconds(),
        alreadyUsed: () => new errors.InvalidGrant("already used"),
      }),
    jwks: {
      keys: [keys.active, ...keys.passive].map(({ kid, algorithm, privateJwk }) => ({
        ...privateJwk,
        kid,
        alg: algorithm,
        use: "sig",
      })),
    },
    cookies: {
      names: cookieNames,
      keys: [...options.cookieKeys],
      long: { ...cookie, path: `/realms/${realm}/` },
      short: cookie,
    },
    routes: { authorization: authorizationPath, token: tokenPath },
    scopes: ["openid"],
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
    extraClientMetadata: { properties: [registrationMember] },
    extraParams: { [requestCheck]: (ctx) => checkAuthorizationRequest(ctx) },
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    clockTolerance: 0,
    enableHttpPostMethods: false,
    pkce: { required: (_ctx, client) => requiresProofKey(registrationOf(client)) },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) =>
      registrationOf(client).attributes["use.refresh.tokens"] !== "false",
    expiresWithSession: async () => true,
    features,
    ttl: lifetimes(now),
    interactions: {
      policy: loginPolicy(),
      url: (_ctx, { uid }) => `/realms/${realm}/login-actions/authenticate/${uid}`,
    },
    findAccount: (ctx, subject, token) => findAccount(options, ctx, subject, token),
    loadExistingGrant,
    formats: { customizers: { jwt: (ctx, token, jwt) => writeAccessToken(options, ctx, token, jwt) } },
    renderError: (ctx, { error }) => {
      ctx.set(pageHeaders())
      ctx.type = "html"
      ctx.body = renderError(error)
    },
  }
}

function scopesOf(client: Client): readonly string[] {
  return ["openid", ...client.defaultClientScopes, ...client.optionalClientScopes]
}

/** The provider's own checks, and one more: a session whose user is gone or disabled signs in again. */
function loginPolicy() {
  const policy = interactionPolicy.base()
  const isGone = (ctx: KoaContextWithOIDC) =>
    ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
  policy
    .get("login")
    ?.checks.add(new interactionPolicy.Check("account_gone", "the account of the session is gone", isGone))
  return policy
}

/** Refuses scopes that the client does not have, and adds its default ones, which apply unasked. */
function checkAuthorizationRequest({ oidc }: KoaContextWithOIDC): void {
  const client = registrationOf(oidc.client ?? {})
  const requested = splitScope(oidc.params?.scope as string | undefined)
  if (unknownScopes(client, requested).length > 0) throw new errors.InvalidScope("Invalid scopes", "")
  // INVARIANT 1: there is no consent page yet, so a client that demands consent gets nothing.
  if (client.consentRequired) throw new errors.AccessDenied("The client requires consent")
  const wanted = requested.filter((scope) => scope !== "offline_access")
  if (oidc.params) oidc.params.scope = [...new Set([...wanted, ...client.defaultClientScopes])].join(" ")
}

type ProviderClient = NonNullable<KoaContextWithOIDC["oidc"]["client"]>
type FoundAccount = NonNullable<Configuration["findAccount"]>

/**
 * The user, unless what led here (session, code, refresh token) is older than a not-before, or the user could not sign in
 * now: disabled, waiting after failures (Keycloak CVE-2026-16103), or with something open to do. So a session or a code gives
 * nothing that the sign-in page would not.
 */
async function findAccount(
  { store }: RealmProviderOptions,
  ctx: KoaContextWithOIDC,
  subject: string,
  token: Parameters<FoundAccount>[2],
): Promise<Account | undefined> {
  const { realm } = currentRealmRequest()
  const user = await store.findUser(realm.id, subject)
  if (!user?.enabled || user.serviceAccountClient !== undefined || user.requiredActions.length > 0)
    return undefined
  if (realm.bruteForceProtected && (await store.loginFailuresOf(user)).lockedUntil !== undefined)
    return undefined
  const clientNotBefore = ctx.oidc.client ? registrationOf(ctx.oidc.client).notBefore : 0
  const since = token?.iat ?? ctx.oidc.session?.loginTs ?? 0
  if (since < Math.max(realm.notBefore, user.notBefore, clientNotBefore)) return undefined
  return {
    accountId: user.id,
    async claims() {
      const { issuing } = currentRealmRequest()
      return { sub: user.id, ...(issuing ? await idTokenClaims(issuing.context, issuing.resolved) : {}) }
    },
  }
}

/**
 * Holds a request to its client once more: somebody may have sat at the sign-in page while the client's flow was switched off
 * (Keycloak CVE-2026-7571) or its redirect URI taken away, and the provider looks at neither when the request is resumed.
 */
function requireStillAllowed(client: ProviderClient, redirectUri: unknown): void {
  const { standardFlowEnabled, consentRequired } = registrationOf(client)
  if (!client.redirectUriAllowed(String(redirectUri))) throw new errors.InvalidRedirectUri()
  if (!standardFlowEnabled) throw new errors.UnauthorizedClient("the client may not use this flow")
  // INVARIANT 1: there is no consent page yet, so a client that demands consent gets nothing.
  if (consentRequired) throw new errors.AccessDenied("The client requires consent")
}

/** The grant of this client in this session, with everything asked for: whoever signs in grants it. */
async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const { session, client, account, provider, params } = oidc
  if (!session || !client || !account) return undefined
  requireStillAllowed(client, params?.redirect_uri)
  const known = session.grantIdFor(client.clientId)
  const found = known === undefined ? undefined : await provider.Grant.find(known)
  const usable = found?.accountId === account.accountId && found.clientId === client.clientId
  const grant =
    (usable && found) || new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  const scope = String(params?.scope ?? "")
  if (splitScope(scope).includes("openid")) grant.addOIDCScope("openid")
  grant.addResourceScope(realmResource, scope)
  await grant.save()
  return grant
}

type JwtCustomizer = NonNullable<NonNullable<NonNullable<Configuration["formats"]>["customizers"]>["jwt"]>

async function writeAccessToken(
  { store, issuer }: RealmProviderOptions,
  ctx: KoaContextWithOIDC,
  token: Parameters<JwtCustomizer>[1],
  jwt: Parameters<JwtCustomizer>[2],
): Promise<void> {
  const request = currentRealmRequest()
  const { session, realm } = request
  const client = registrationOf(ctx.oidc.client ?? {})
  const user = ctx.oidc.account && (await store.findUser(realm.id, ctx.oidc.account.accountId))
  if (!session || !user || token.kind !== "AccessToken") throw new errors.InvalidGrant("session not active")
  const { RefreshToken: refreshed, AuthorizationCode: code } = ctx.oidc.entities
  const granted = splitScope(refreshed?.scope ?? code?.scope)
  const resolved = await resolveScopes(store, client, splitScope(token.scope), granted)
  const notes = { AUTH_TIME: String(session.authTime) }
  const context = createMapperContext(store, { client, user, notes, acr: passwordLevel })
  request.issuing = { context, resolved }
  const claims = await accessTokenClaims({
    issuer,
    context,
    resolved,
    idPrefix: refreshed ? "onrtrt" : "onrtac",
    issuedAt: jwt.payload.iat as number,
    expiresAt: jwt.payload.exp as number,
    session: { sid: session.sid, grantId: token.grantId },
  })
  request.accessToken = claims
  jwt.header = { typ: "JWT" }
  jwt.payload = { ...claims }
  // The provider insists on an audience. Where the mappers write none, it sees one that is not serialized.
  if (claims.aud === undefined)
    Object.defineProperty(jwt.payload, "aud", { value: realmResource, enumerable: false, writable: true })
}

/** Where the provider's objects differ from Keycloak's: one session id for all clients, our redirect rule, our claims. */
function speakKeycloak(provider: Provider, { issuer, sessions, clock }: RealmProviderOptions): void {
  const { Client, IdToken, Session } = provider
  const requireHttps = issuer.startsWith("https:")
  Client.prototype.redirectUriAllowed = function (uri) {
    const client = registrationOf(this)
    return matchesRegisteredUri(registeredUris(client, client.redirectUris), uri, { requireHttps })
  }
  Client.prototype.includeSid = () => true
  IdToken.prototype.payload = async function () {
    const claims = { ...this.available, ...this.extra }
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
  }
  Session.prototype.ensureClientContainer = function (clientId) {
    if (!this.sidFor(clientId)) this.sidFor(clientId, this.uid)
  }
  const signedIn = new WeakSet<object>()
  const { loginAccount, save } = Session.prototype
  Session.prototype.loginAccount = function (details) {
    // Keycloak's form of a session id: 24 characters. A session that already signed somebody in keeps its own.
    if (this.accountId === undefined) this.uid = randomBytes(18).toString("base64url")
    loginAccount.call(this, details)
    signedIn.add(this)
  }
  Session.prototype.save = async function (ttlSeconds) {
    const { uid: sid, accountId, loginTs = nowSeconds(clock), iat: startedAt = nowSeconds(clock) } = this
    if (signedIn.has(this) && accountId !== undefined)
      await sessions.begin(currentRealmRequest().realm, { sid, accountId, startedAt, authTime: loginTs })
    return save.call(this, ttlSeconds)
  }
}

type Exchange = readonly [request: IncomingMessage, response: ServerResponse]

async function findLogin(provider: Provider, ...exchange: Exchange): Promise<PendingLogin | undefined> {
  const interaction = await interactionOf(provider, exchange)
  if (!interaction) return undefined
  const { uid, prompt, params, session } = interaction
  const text = (member: string) => (typeof params[member] === "string" ? params[member] : undefined)
  const client = await provider.Client.find(text("client_id") ?? "")
  return {
    uid,
    prompt: prompt.name,
    client: client && registrationOf(client),
    redirectUri: text("redirect_uri"),
    loginHint: text("login_hint"),
    accountId: session?.accountId,
  }
}

async function finishLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string | undefined,
): Promise<string | undefined> {
  const interaction = await interactionOf(provider, [request, response])
  if (!interaction) return undefined
  const login = { accountId: accountId ?? "", acr: passwordLevel, amr: ["pwd"], remember: false }
  interaction.result = {
    ...interaction.lastSubmission,
    ...(accountId === undefined ? { consent: {} } : { login }),
  }
  // Somebody else signs in: the caller ends the former session, so the request no longer hangs on it.
  if (accountId !== undefined && interaction.session?.accountId !== accountId) interaction.session = undefined
  await interaction.persist()
  return interaction.returnTo
}

async function interactionOf(provider: Provider, exchange: Exchange) {
  try {
    return await provider.interactionDetails(...exchange)
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}
