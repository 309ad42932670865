import type { ServerResponse } from "node:http"
import { problemAnswer } from "@gatehouse/http"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { commonHeaders } from "./forward/answered-headers.ts"

/** Refusals after which the connection ends: where one request ends and the next begins can no longer be trusted. */
const closing: ReadonlySet<string> = new Set(["gateway.malformed_request", "gateway.upgrade_refused"])

/** Whether the connection ends with the answer to this error. */
export function endsConnection(error: unknown): boolean {
  return isGatehouseError(error) && closing.has(error.code)
}

/** What every answer to one request carries, errors included. */
export interface AnswerContext {
  readonly requestId: string
  /** CORS fields of an allowed origin. */
  readonly corsHeaders: Readonly<Record<string, string>>
}

/**
 * Answers with the problem document of an error, in the very form that the services answer with: who may see nothing must
 * not see which of us said so. A foreign error becomes `request.internal`. Gives the id of a refusal that no decision on a
 * permission led to, for the log.
 */
export function answerProblem(
  response: ServerResponse,
  error: unknown,
  { requestId, corsHeaders }: AnswerContext,
): string | undefined {
  const known = isGatehouseError(error) ? error : new GatehouseError("request.internal", { cause: error })
  const { status, contentType, body, headers, refusalId } = problemAnswer(known)
  const { retryAfterSeconds } = known.details as { retryAfterSeconds?: number }
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    ...commonHeaders(requestId),
    ...corsHeaders,
    ...headers,
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    ...(endsConnection(known) ? { connection: "close" } : {}),
    "content-type": `${contentType}; charset=utf-8`,
    "content-length": text.byteLength,
  })
  response.end(text)
  return refusalId
}

/** Answers with a JSON document of the gateway's own. */
export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  { requestId, corsHeaders }: AnswerContext,
): void {
  const text = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    ...commonHeaders(requestId),
    ...corsHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": text.byteLength,
  })
  response.end(text)
}
