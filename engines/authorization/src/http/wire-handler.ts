import { randomUUID } from "node:crypto"
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { assertAtDoor, type ErrorAnswer, judgeMessage, loopbackHosts } from "@gatehouse/http"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { Engine } from "../commands/engine.ts"
import { maximumBodyBytes } from "../wire/limits.ts"
import { WireMessage } from "../wire/proto-json.ts"
import { wirePatterns } from "../wire/violations.ts"
import { assertionRoutes } from "./assertion-routes.ts"
import type { Authenticate } from "./authenticate.ts"
import { healthRoute } from "./health-route.ts"
import { mapError } from "./map-error.ts"
import { modelRoutes } from "./model-routes.ts"
import { parseQuery } from "./query.ts"
import { queryRoutes } from "./query-routes.ts"
import { readMessage } from "./read-body.ts"
import type { Route, WireAnswer, WireRequest } from "./route.ts"
import { createRouteTable, type RouteMatch } from "./route-table.ts"
import { sendAnswer, sendText } from "./send-answer.ts"
import { storeRoutes } from "./store-routes.ts"
import { tupleRoutes } from "./tuple-routes.ts"

const routes: readonly Route[] = [
  healthRoute,
  ...storeRoutes,
  ...modelRoutes,
  ...tupleRoutes,
  ...queryRoutes,
  ...assertionRoutes,
]

const noBody = new WireMessage({})

/** What the wire over HTTP stands on. */
export interface WireHandlerOptions {
  readonly engine: Engine
  readonly authenticate: Authenticate
  readonly logger: Logger
}

/**
 * The wire over HTTP: door, credential, route, body, answer, in this order, and the mapping of errors. Without a framework, for
 * its share of a check was larger than the check's (ADR 0021). The caller listens.
 */
export function createWireHandler(options: WireHandlerOptions): RequestListener {
  const findRoute = createRouteTable(routes)
  return (message, response) => {
    const verdict = judgeMessage(message)
    if (verdict === "ignore") return
    const requestId = randomUUID()
    const url = message.url ?? ""
    const mark = url.indexOf("?")
    const match = findRoute(message.method ?? "", mark < 0 ? url : url.slice(0, mark))
    const answered =
      verdict === "refuse"
        ? Promise.reject(new GatehouseError("request.ambiguous"))
        : answer(options, message, match, mark < 0 ? "" : url.slice(mark + 1))
    const failed = (error: unknown) => ({ error, match, response, requestId })
    const showError = (error: unknown) => describe(options.logger, failed(error)).body
    answered
      .then((given) => sendAnswer(response, given, { requestId, showError }))
      .catch((error: unknown) => refuseRequest(options.logger, failed(error)))
  }
}

async function answer(
  { engine, authenticate }: WireHandlerOptions,
  message: IncomingMessage,
  match: RouteMatch,
  query: string,
): Promise<WireAnswer> {
  assertAtDoor(message.headers, loopbackHosts)
  if (message.headers.origin !== undefined) throw new GatehouseError("request.foreign_origin")
  if (match.kind !== "route" || match.route.isPublic !== true) {
    const pending = authenticate(message)
    if (pending !== undefined) await pending
  }
  if (match.kind === "malformed") throw new GatehouseError("request.invalid")
  if (match.kind !== "route") throw new GatehouseError("request.not_found")
  const { parameters, route } = match
  // The wire gives a body a meaning in these methods alone; Node drops what comes with another.
  const takesBody = route.method === "POST" || route.method === "PUT"
  const body = takesBody ? await readMessage(message, maximumBodyBytes) : noBody
  const request: WireRequest = {
    path: (name) => parameters[name] ?? "",
    query: parseQuery(query),
    body,
  }
  return route.handle(engine, request)
}

interface FailedRequest {
  readonly error: unknown
  readonly match: RouteMatch
  readonly response: ServerResponse
  readonly requestId: string
}

/** The wire's answer to an error. What is the engine's own failure is logged here. */
function describe(logger: Logger, { error, match, requestId }: FailedRequest): ErrorAnswer {
  const known = isGatehouseError(error) ? error : new GatehouseError("request.internal", { cause: error })
  if (known.status >= 500) logger.error({ err: error, errorCode: known.code, requestId }, "request failed")
  return mapError(known, {
    streams: match.kind === "route" ? match.route.streams === true : match.kind === "method" && match.streams,
    knownPath: match.kind === "method",
  })
}

function refuseRequest(logger: Logger, failed: FailedRequest): void {
  const { error, match, response, requestId } = failed
  if (response.headersSent) {
    // The reader of a stream has gone.
    response.destroy()
    return
  }
  const { status, body } = describe(logger, failed)
  const headers = ["x-request-id", requestId, "content-type", "application/json"]
  const store = match.kind === "route" ? match.parameters.store : undefined
  if (store !== undefined && wirePatterns.ulid.expression.test(store)) headers.push("openfga-store-id", store)
  if (isGatehouseError(error) && error.code === "request.ambiguous") headers.push("connection", "close")
  sendText(response, status, headers, JSON.stringify(body))
}
