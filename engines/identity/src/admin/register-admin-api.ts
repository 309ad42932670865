import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { AdminStore } from "../store/create-identity-store.ts"
import type { AdminApiDeps } from "./admin-api-deps.ts"
import { readBody } from "./body.ts"
import { type AdminCaller, identifyCaller, requirePlatform, requireRight } from "./caller.ts"
import { readQuery } from "./query.ts"
import { adminErrorAnswer, notFound } from "./refusals.ts"
import { toBriefRealmRepresentation, toRealmRepresentation } from "./representations/realm.ts"
import type { AdminAnswer, AdminRoute } from "./route.ts"
import { clientMapperRoutes } from "./routes/client-mappers.ts"
import { clientRoutes } from "./routes/clients.ts"
import { groupRoutes } from "./routes/groups.ts"
import { realmRoutes } from "./routes/realms.ts"
import { roleMappingRoutes } from "./routes/role-mappings.ts"
import { roleRoutes } from "./routes/roles.ts"
import { userSessionRoutes } from "./routes/user-sessions.ts"
import { userRoutes } from "./routes/users.ts"
import { importRealm, realmImportSchema } from "./writes/import-realm.ts"

/** A realm with a thousand users and clients fits; ordinary calls are far smaller. */
const bodyLimitBytes = 4 * 1024 * 1024

const routes: readonly AdminRoute[] = [
  ...realmRoutes,
  ...clientRoutes,
  ...clientMapperRoutes,
  ...userRoutes,
  ...userSessionRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...roleMappingRoutes,
]

/**
 * Keycloak's Admin REST API below `/admin/realms`, as far as it is supported: each row of `routes` with and without a
 * trailing slash. Errors are Keycloak's, in a scope of their own. Who calls is known, and may, before anything else is said.
 */
export function registerAdminApi(app: FastifyInstance, deps: AdminApiDeps): void {
  void app.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => sendError(deps, error, request, reply))
    acceptEmptyJson(scope)
    registerRealmList(scope, deps)
    for (const route of routes) registerRoute(scope, deps, route)
    // INVARIANT 1: below /admin nothing else answers, whoever asks.
    scope.all("/admin/*", () => {
      throw new GatehouseError("request.not_found")
    })
    done()
  })
}

function registerRealmList(scope: FastifyInstance, deps: AdminApiDeps): void {
  const both = (method: "GET" | "POST", handle: (request: FastifyRequest) => Promise<AdminAnswer>) => {
    for (const url of ["/admin/realms", "/admin/realms/"]) {
      scope.route({
        method,
        url,
        bodyLimit: bodyLimitBytes,
        handler: async (request, reply) => send(deps, reply, "", await handle(request)),
      })
    }
  }
  both("GET", async (request) => {
    const caller = await callerOf(deps, request)
    const brief = readQuery(request.query as Record<string, unknown>).flag("briefRepresentation") ?? false
    const realms = await visibleRealms(deps.store, caller)
    return { status: 200, body: realms.map(brief ? toBriefRealmRepresentation : toRealmRepresentation) }
  })
  both("POST", async (request) => {
    const caller = await callerOf(deps, request)
    requirePlatform(caller)
    const realm = await importRealm(deps.store, caller, readBody(realmImportSchema, request.body))
    return { status: 201, location: `/${encodeURIComponent(realm.realm)}` }
  })
}

async function callerOf({ store, verifyAdminToken }: AdminApiDeps, request: FastifyRequest) {
  return identifyCaller(store, await verifyAdminToken(request.headers.authorization))
}

/** A realm's own account sees that realm alone. */
async function visibleRealms(store: AdminStore, caller: AdminCaller) {
  if (caller.kind === "platform") return store.realms.list()
  requireRight(caller, caller.realm, ["view-realm", "manage-realm"])
  const own = await store.findRealm(caller.realm)
  return own ? [own] : []
}

function registerRoute(scope: FastifyInstance, deps: AdminApiDeps, route: AdminRoute): void {
  const path = `/admin/realms/:realm${route.path}`
  const urls = path.endsWith("*") ? [path] : [path, `${path}/`]
  for (const url of urls) {
    scope.route({
      method: route.method,
      url,
      bodyLimit: bodyLimitBytes,
      handler: async (request, reply) => {
        const { realm } = request.params as { realm: string }
        return send(deps, reply, `/${encodeURIComponent(realm)}`, await perform(deps, route, request))
      },
    })
  }
}

/** A change is one transaction, rights and rules included; a read uses the pool. */
async function perform(deps: AdminApiDeps, route: AdminRoute, request: FastifyRequest): Promise<AdminAnswer> {
  const params = request.params as Readonly<Record<string, string>>
  const realmName = params.realm ?? ""
  // Before the transaction: who holds a connection must not wait for another.
  const facts = await deps.verifyAdminToken(request.headers.authorization)
  const later: (() => Promise<void>)[] = []
  const within = async (store: AdminStore) => {
    const caller = await identifyCaller(store, facts)
    requireRight(caller, realmName, route.rights)
    const realm = await store.findRealm(realmName)
    if (!realm) throw notFound("Realm not found.")
    return route.handle({
      store,
      caller,
      realm,
      query: readQuery(request.query as Record<string, unknown>),
      param: (name) => params[name] ?? "",
      body: request.body,
      sessions: deps.sessions,
      afterCommit: (work) => later.push(work),
    })
  }
  const answer = route.method === "GET" ? await within(deps.store) : await deps.store.transaction(within)
  for (const work of later) await work()
  return answer
}

function send(deps: AdminApiDeps, reply: FastifyReply, realmPath: string, answer: AdminAnswer): FastifyReply {
  void reply.code(answer.status).header("cache-control", "no-cache")
  if (answer.location !== undefined) {
    void reply.header("location", `${deps.publicUrl}/admin/realms${realmPath}${answer.location}`)
  }
  if (answer.body === undefined) return reply.send()
  return reply.type("application/json").send(JSON.stringify(answer.body))
}

/** Errors of fastify itself come as the shell's codes would: by status alone. */
function sendError(
  { logger }: AdminApiDeps,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = isGatehouseError(error) ? error : fromFramework(error)
  if (known.status >= 500)
    logger.error({ err: error, code: known.code, operation: request.routeOptions.url }, "admin call failed")
  const { status, contentType, body, headers } = adminErrorAnswer(known)
  return reply
    .code(status)
    .headers(headers ?? {})
    .type(contentType)
    .send(JSON.stringify(body))
}

function fromFramework(error: unknown): GatehouseError {
  const { statusCode } = error as { statusCode?: number }
  if (statusCode === 413) return new GatehouseError("request.too_large", { cause: error })
  if (statusCode === 415) return new GatehouseError("request.unsupported_media_type", { cause: error })
  if (statusCode === 400) return new GatehouseError("request.invalid_json", { cause: error })
  return new GatehouseError("request.internal", { cause: error })
}

/** Clients send `content-type: application/json` without a body on POST and DELETE; that is no body. */
function acceptEmptyJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser("error", "error")
  scope.removeContentTypeParser("application/json")
  scope.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined)
    else void parse(request, body as string, done)
  })
}
