import { GatehouseError } from "@gatehouse/kernel"
import { answerJson } from "./answer.ts"
import type { Exchange } from "./exchange.ts"
import { commonHeaders } from "./forward/answered-headers.ts"
import type { GatewayContext } from "./gateway-context.ts"
import { internalKeySetPath } from "./options.ts"
import { corsHeaders, isAllowedOrigin, preflightHeaders } from "./organizations/allowed-origin.ts"
import { type RequestHeaders, singleHeader } from "./request/request-headers.ts"

/** The two paths that are the gateway's own, by exact match: nothing else makes a request a health check. */
export function answerOwn(context: GatewayContext, exchange: Exchange, path: string): boolean {
  if (path === internalKeySetPath) {
    answerJson(exchange.response, 200, context.internalTokens.publicJwks, exchange)
    return true
  }
  if (path !== "/healthz") return false
  const isReady = context.isReady()
  answerJson(exchange.response, isReady ? 200 : 503, { status: isReady ? "ok" : "failed" }, exchange)
  return true
}

/** Marks the answer readable for an allowed origin. True where the request was its preflight and is answered. */
export function answerOrigin(
  context: GatewayContext,
  exchange: Exchange,
  headers: RequestHeaders,
  host: string,
): boolean {
  const origin = singleHeader(headers, "origin")
  const isPreflight = exchange.method === "OPTIONS" && headers.has("access-control-request-method")
  if (origin === undefined) return false
  if (isAllowedOrigin(origin, host, context)) exchange.corsHeaders = corsHeaders(origin)
  else if (isPreflight) throw new GatehouseError("gateway.foreign_origin")
  if (!isPreflight) return false
  exchange.response
    .writeHead(204, { ...commonHeaders(exchange.requestId), ...preflightHeaders(origin) })
    .end()
  return true
}
