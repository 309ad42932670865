import { type ErrorCode, GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

/** What our own wire says of a request that does not have the form of its operation. */
const ownCodes: ReadonlySet<string> = new Set<ErrorCode>([
  "request.invalid",
  "request.invalid_json",
  "request.unsupported_media_type",
])
/** The same in the framework's words, where it reads the body. */
const frameworkCodes: ReadonlySet<string> = new Set([
  "FST_ERR_CTP_EMPTY_JSON_BODY",
  "FST_ERR_CTP_INVALID_JSON_BODY",
  "FST_ERR_CTP_INVALID_MEDIA_TYPE",
])

/**
 * The error handler of a route on a wire of others: whatever is wrong with the request's form is said by the wire's one code.
 * Everything else is answered as on every route.
 */
export function malformedAs(app: FastifyInstance, code: ErrorCode) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown =>
    app.errorHandler(isMalformed(error) ? toCode(error, code) : error, request, reply)
}

function isMalformed(error: FastifyError): boolean {
  if (isGatehouseError(error)) return ownCodes.has(error.code)
  return frameworkCodes.has(error.code) || error instanceof SyntaxError
}

function toCode(error: FastifyError, code: ErrorCode): FastifyError {
  const details = isGatehouseError(error) ? error.details : {}
  return new GatehouseError(code, { details, cause: error }) as Error as FastifyError
}
