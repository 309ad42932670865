import { randomUUID } from "node:crypto"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { type Logger, type RequestContext, withRequestContext } from "@gatehouse/telemetry"
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify"
import { registerDoor } from "./door.ts"
import { refuseAmbiguousMessages } from "./refuse-ambiguous-messages.ts"

/** How a wire says an error: each wire has its one mapper. */
export interface ErrorAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The id of a refusal that no decision on a permission led to: the line that is logged with it is its only record. */
  readonly refusalId?: string
}

/** What differs from one part's HTTP server to another's. */
export interface HttpAppOptions {
  readonly logger: Logger
  /** Larger bodies are refused with `request.too_large`. */
  readonly bodyLimitBytes: number
  /** Turns any error into the wire's answer; foreign errors have been wrapped as `request.internal` and logged. */
  readonly mapError: (error: GatehouseError, request: FastifyRequest) => ErrorAnswer
  /** Whether a caller's `x-request-id` is taken over; only behind the gateway. */
  readonly trustRequestId?: boolean
  /** Host names that this part answers to, for engines; a foreign `Host` or a browser's `Origin` is refused (rebinding). */
  readonly door?: {
    readonly hosts: readonly string[]
    readonly allowsOrigin?: (request: FastifyRequest) => boolean
  }
}

const requestIdForm = /^[A-Za-z0-9._-]{8,64}$/

/** How long headers and body of one request may take, against clients that send a byte a minute. */
const requestTimeoutMilliseconds = 60_000

/** A fastify instance with our limits, correlation ids and error mapping. The caller adds routes and listens. */
export function createHttpApp(options: HttpAppOptions): FastifyInstance {
  const contexts = new WeakMap<FastifyRequest, RequestContext>()
  const answer = (error: GatehouseError, request: FastifyRequest, reply: FastifyReply) => {
    // An error of reading a body comes outside the asynchronous context of the first hook.
    const context = contexts.get(request) ?? { requestId: request.id }
    const { status, contentType, body, headers, refusalId } = withRequestContext(context, () =>
      options.mapError(error, request),
    )
    if (refusalId !== undefined)
      options.logger.info({ decisionId: refusalId, requestId: request.id, errorCode: error.code }, "refused")
    return reply
      .code(status)
      .headers(headers ?? {})
      .type(contentType)
      .send(JSON.stringify(body))
  }
  const app = fastify({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: requestTimeoutMilliseconds,
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: 2048 },
    return503OnClosing: false,
    forceCloseConnections: "idle",
    // Errors that fastify meets before any hook runs: without this it answers them itself, and repeats the path.
    frameworkErrors: (error, request, reply) => {
      reply.header("x-request-id", request.id)
      return answer(fromFastify(error), request, reply)
    },
    genReqId: (request) => {
      const given = request.headers["x-request-id"]
      return options.trustRequestId && typeof given === "string" && requestIdForm.test(given)
        ? given
        : randomUUID()
    },
  })
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id)
    const context: RequestContext = { requestId: request.id }
    contexts.set(request, context)
    withRequestContext(context, done)
  })
  refuseAmbiguousMessages(app)
  if (options.door) registerDoor(app, options.door)
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = fromFastify(error)
    if (known.status >= 500) options.logger.error({ err: error, errorCode: known.code }, "request failed")
    return answer(known, request, reply)
  })
  app.setNotFoundHandler((request, reply) => answer(new GatehouseError("request.not_found"), request, reply))
  return app
}

const jsonErrors = new Set([
  "FST_ERR_CTP_EMPTY_JSON_BODY",
  "FST_ERR_CTP_INVALID_JSON_BODY",
  "FST_ERR_CTP_INVALID_CONTENT_LENGTH",
])

function fromFastify(error: FastifyError): GatehouseError {
  if (isGatehouseError(error)) return error
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new GatehouseError("request.too_large", { cause: error })
  if (jsonErrors.has(error.code) || error instanceof SyntaxError)
    return new GatehouseError("request.invalid_json", { cause: error })
  if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new GatehouseError("request.unsupported_media_type", { cause: error })
  if (error.code === "FST_ERR_BAD_URL" || error.code === "FST_ERR_MAX_PARAM_LENGTH")
    return new GatehouseError("request.invalid", { cause: error })
  return new GatehouseError("request.internal", { cause: error })
}
