import { GatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { answerAuthorization, answerPostedAuthorization } from "../endpoints/authorize.ts"
import { answerDiscovery } from "../endpoints/discovery.ts"
import { answerIntrospection } from "../endpoints/introspect.ts"
import { showLogin, submitLogin } from "../endpoints/login.ts"
import { answerLogout, confirmLogout } from "../endpoints/logout.ts"
import { answerCerts, answerRealmInfo } from "../endpoints/realm-info.ts"
import { answerRevocation } from "../endpoints/revoke.ts"
import { answerToken } from "../endpoints/token.ts"
import { answerUserinfo } from "../endpoints/userinfo.ts"
import { pageHeaders } from "../pages/layout.ts"
import { renderErrorPage } from "../pages/message-page.ts"
import type { Realm } from "../store/types.ts"
import { type BrowserUse, passBrowserDoor } from "./browser-door.ts"
import { sendOAuthError, sendPage } from "./oauth-answer.ts"
import type { OidcDependencies } from "./oidc-dependencies.ts"

/** Forms of the protocol are far smaller. In bytes. */
const formLimitBytes = 65_536

type Endpoint = (
  dependencies: OidcDependencies,
  realm: Realm,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

/** One row is one path below `/realms/<realm>`: what answers it, by method, and what it is to a browser. */
interface Route {
  readonly path: string
  readonly use: BrowserUse
  /** Answered while the realm is disabled too: what is public, and the way out. */
  readonly always?: true
  readonly get?: Endpoint
  readonly post?: Endpoint
}

const protocol = "/protocol/openid-connect"
const uidOf = (request: FastifyRequest) => (request.params as { uid: string }).uid

const routes: readonly Route[] = [
  { path: "", use: "api", always: true, get: ignoringRequest(answerRealmInfo) },
  {
    path: "/.well-known/openid-configuration",
    use: "api",
    always: true,
    get: ignoringRequest(answerDiscovery),
  },
  { path: `${protocol}/certs`, use: "api", always: true, get: ignoringRequest(answerCerts) },
  {
    path: `${protocol}/auth`,
    use: "navigation",
    get: answerAuthorization,
    post: answerPostedAuthorization,
  },
  {
    path: `${protocol}/auth/:uid`,
    use: "navigation",
    get: (dependencies, realm, request, reply) =>
      answerAuthorization(dependencies, realm, request, reply, uidOf(request)),
  },
  { path: `${protocol}/token`, use: "api", post: answerToken },
  { path: `${protocol}/token/introspect`, use: "api", post: answerIntrospection },
  { path: `${protocol}/userinfo`, use: "api", get: answerUserinfo, post: answerUserinfo },
  { path: `${protocol}/revoke`, use: "api", post: answerRevocation },
  { path: `${protocol}/logout`, use: "navigation", always: true, get: answerLogout, post: answerLogout },
  {
    path: "/login-actions/authenticate/:uid",
    use: "own-form",
    get: (dependencies, realm, request, reply) =>
      showLogin(dependencies, realm, uidOf(request), request, reply),
    post: (dependencies, realm, request, reply) =>
      submitLogin(dependencies, realm, uidOf(request), request, reply),
  },
  { path: "/login-actions/logout-confirm", use: "own-form", always: true, post: confirmLogout },
]

function ignoringRequest(
  answer: (dependencies: OidcDependencies, realm: Realm, reply: FastifyReply) => Promise<unknown>,
): Endpoint {
  return (dependencies, realm, _request, reply) => answer(dependencies, realm, reply)
}

/** Registers Keycloak's paths of every realm. Issue order: realm, browser's door, endpoint. */
export async function registerOidcRoutes(
  app: FastifyInstance,
  dependencies: OidcDependencies,
): Promise<void> {
  await app.register(
    (scope, _options, done) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        "application/x-www-form-urlencoded",
        { parseAs: "buffer", bodyLimit: formLimitBytes },
        (_request, body, done) => done(null, body),
      )
      for (const { path, use, always = false, get, post } of routes) {
        const through = (answer: Endpoint) => async (request: FastifyRequest, reply: FastifyReply) => {
          const realm = await findRealm(dependencies, request)
          if (await passBrowserDoor(dependencies, realm, use, request, reply)) return reply
          if (!realm.enabled && !always) return refuseDisabled(reply, use)
          return answer(dependencies, realm, request, reply)
        }
        if (get) scope.get(path, through(get))
        if (post) scope.post(path, through(post))
        if (use === "api") scope.options(path, through(refusePlainOptions))
      }
      done()
    },
    { prefix: "/realms/:realm" },
  )
}

async function findRealm({ store }: OidcDependencies, request: FastifyRequest): Promise<Realm> {
  const realm = await store.findRealm((request.params as { realm: string }).realm)
  if (!realm) throw new GatehouseError("identity.realm_not_found")
  return realm
}

function refuseDisabled(reply: FastifyReply, use: BrowserUse): FastifyReply {
  if (use === "api") return sendOAuthError(reply, 403, "access_denied", "Realm not enabled")
  return sendPage(reply, 403, pageHeaders(), renderErrorPage("realm_disabled"))
}

/** A preflight never comes this far: what does has no `Origin`. */
const refusePlainOptions: Endpoint = async () => {
  throw new GatehouseError("request.not_found")
}
