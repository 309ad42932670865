import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { accessMetadata, accessMetadataPath, type OrganizationId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { withRequestContext } from "@gatehouse/telemetry"
import type { AccessFacts } from "./access-log.ts"
import { answerJson, answerProblem, endsConnection } from "./answer.ts"
import { answerOrigin, answerOwn } from "./answer-own.ts"
import { authenticate } from "./authenticate.ts"
import { authorize } from "./authorize.ts"
import type { Exchange } from "./exchange.ts"
import { commonHeaders } from "./forward/answered-headers.ts"
import { forwardRequest } from "./forward/forward-request.ts"
import { forwardedHeaders } from "./forward/forwarded-headers.ts"
import type { GatewayContext } from "./gateway-context.ts"
import { resolveHost } from "./organizations/resolve-host.ts"
import { publicOrigin, resourceMetadata, resourceMetadataPath } from "./organizations/resource-metadata.ts"
import { checkFraming } from "./request/check-framing.ts"
import { echoedRequestId } from "./request/echoed-request-id.ts"
import { parseRequestTarget } from "./request/parse-request-target.ts"
import { refuseQueryCredentials } from "./request/refuse-query-credentials.ts"
import { type RequestHeaders, readRequestHeaders, singleHeader } from "./request/request-headers.ts"
import { selectProject } from "./request/select-project.ts"
import type { MatchedRoute } from "./routes/create-route-matcher.ts"
import { defaultBodyLimitBytes } from "./routes/route.ts"

/**
 * Connections on which the end of a request was in doubt. They are closed after the refusal, and what the parser already took
 * for further requests on them is not looked at: it may be the body of the one before.
 */
const distrusted = new WeakSet<Socket>()

/** Answers one request; never rejects. */
export function handleRequest(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (distrusted.has(request.socket)) return
  // A client's own id would let it choose what our log lines say.
  const ownRequestId = randomUUID()
  const exchange: Exchange = {
    request,
    response,
    ownRequestId,
    requestId: ownRequestId,
    method: request.method ?? "",
    corsHeaders: {},
    route: undefined,
    organization: undefined,
  }
  const began = performance.now()
  response.once("close", () => context.logAccess(accessFacts(exchange, performance.now() - began)))
  response.on("error", () => response.destroy())
  void withRequestContext({ requestId: ownRequestId }, () =>
    answer(context, exchange).catch((error: unknown) => refuse(context, exchange, error)),
  )
}

/** Steps 1 to 3 of the request path, in their order; each throws to refuse. */
async function answer(context: GatewayContext, exchange: Exchange): Promise<void> {
  const { request, method } = exchange
  const { headers, body } = readMessage(request)
  await context.rateLimits.countAddress(request.socket.remoteAddress)
  const target = parseRequestTarget(request.url ?? "")
  refuseQueryCredentials(target.query)
  if (method === "GET" && target.query === undefined && answerOwn(context, exchange, target.path)) return
  const host = singleHeader(headers, "host")
  const organization = await resolveHost({ header: host, ...context })
  if (answerOrigin(context, exchange, headers, host ?? "")) return
  if (method === "GET" && target.path === resourceMetadataPath) {
    exchange.route = target.path
    answerJson(exchange.response, 200, await resourceMetadata(context, host ?? "", organization), exchange)
    return
  }
  if (method === "GET" && target.path === accessMetadataPath) {
    exchange.route = target.path
    const origin = publicOrigin(context.publicUrl, host ?? "", organization)
    answerJson(exchange.response, 200, accessMetadata(origin), exchange)
    return
  }
  if (method === "GET" && target.path === "/v1/openapi.json") {
    exchange.route = target.path
    answerJson(exchange.response, 200, await context.openApi(), exchange)
    return
  }
  const matched = context.matchRoute(method, target)
  if (!matched) throw new GatehouseError("request.not_found")
  exchange.route = matched.route.pattern
  if (matched.route.echoesRequestId) exchange.requestId = echoedRequestId(headers) ?? exchange.requestId
  const vouched = await admit(context, exchange, { headers, matched, organization })
  const internalToken = await context.internalTokens.mint({
    audience: matched.route.upstream,
    principal: vouched.principal,
    method,
    path: target.path,
    query: target.query,
  })
  await forwardRequest({
    dispatcher: context.upstreams.dispatcherOf(matched.route.upstream),
    request,
    response: exchange.response,
    method,
    pathAndQuery: target.query === undefined ? target.path : `${target.path}?${target.query}`,
    headers: forwardedHeaders(headers, {
      internalToken,
      requestId: exchange.ownRequestId,
      project: vouched.projectHeader,
    }),
    body,
    bodyLimitBytes: matched.route.bodyLimitBytes ?? defaultBodyLimitBytes,
    clientStallMilliseconds: context.clientStallMilliseconds,
    answerHeaders: { ...commonHeaders(exchange.requestId), ...exchange.corsHeaders },
  })
}

/** Before anything is waited for: the parser hands over what is pipelined behind this request in the same turn. */
function readMessage(request: IncomingMessage) {
  try {
    const headers = readRequestHeaders(request.rawHeaders)
    return { headers, body: checkFraming(request, headers) }
  } catch (error) {
    distrusted.add(request.socket)
    throw error
  }
}

interface AdmissionQuery {
  readonly headers: RequestHeaders
  readonly matched: MatchedRoute
  readonly organization: OrganizationId | undefined
}

/** Who asks, whether that is neither too often nor too much at once, and whether the route's permission is held. */
async function admit(context: GatewayContext, exchange: Exchange, query: AdmissionQuery) {
  const { tokens, authorizer, logger } = context
  const { headers, matched } = query
  const principal = await authenticate({
    headers,
    host: query.organization,
    tokens,
    authorizer,
  })
  exchange.organization = principal.organization
  await context.rateLimits.countPrincipal(principal.id)
  context.forwardPlaces.hold(principal, exchange.response)
  const { project, header } = selectProject(headers, matched.parameters.project)
  await authorize({ check: matched.route.check, principal, project, authorizer, logger })
  return { principal, projectHeader: header }
}

function refuse({ logger }: GatewayContext, exchange: Exchange, error: unknown): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  if (endsConnection(error)) distrusted.add(exchange.request.socket)
  const decisionId = answerProblem(response, error, exchange)
  const errorCode = error instanceof GatehouseError ? error.code : "request.internal"
  if (decisionId !== undefined) logger.info({ decisionId, errorCode, route: exchange.route }, "refused")
  if (response.statusCode >= 500) {
    const cause = error instanceof GatehouseError && error.code !== "request.internal" ? error.cause : error
    logger.error({ errorCode, err: cause, route: exchange.route }, "request failed")
  }
}

function accessFacts({ method, route, organization, response }: Exchange, milliseconds: number): AccessFacts {
  return {
    method,
    route,
    status: response.statusCode,
    milliseconds: Math.round(milliseconds),
    organization,
  }
}
