import { GatehouseError } from "@gatehouse/kernel"
import { type Auth, type AuthorizationRequest, invalidRequest } from "@gatehouse/sdk"
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Asker } from "../../access/answer-evaluation.ts"
import { createSubjectReader } from "../../access/asked-subject.ts"
import type { RouteContext } from "../route-context.ts"

/** What is wrong with the form of a request is one thing on this wire, and 400 (section 10.1.2). */
export const accessErrors = { malformedAs: "authz.malformed_access_request" } as const

/**
 * `authorize` of this wire's routes: what may be asked depends on the body, so the permission is asked for first thing in the
 * handler. The content type has to be JSON's, whatever else the body looks like (section 10.1).
 */
export function takesJson(_auth: Auth, { request }: AuthorizationRequest): void {
  const contentType = request.headers["content-type"] ?? ""
  if (/^application\/json *(?:;|$)/i.test(contentType)) return
  throw new GatehouseError("authz.malformed_access_request", {
    details: invalidRequest([{ path: "header.content-type", message: "application/json" }]).details,
  })
}

/** Who asks in this request. */
export function askerOf(context: RouteContext, auth: Auth): Asker {
  return { auth, subjects: createSubjectReader(context, auth) }
}

/** Visible ASCII, spaces within: what may be copied into another message as it came. */
const echoableId = /^[!-~](?:[ -~]{0,254}[!-~])?$/

/**
 * Gives a caller's `X-Request-ID` back with the answer, errors included (section 10.1.3). Behind the gateway the id is the
 * gateway's own, and the gateway gives the caller's back.
 */
export function echoRequestIds(fastify: FastifyInstance): void {
  fastify.addHook("onRequest", (request: FastifyRequest, reply, done) => {
    const given = request.headers["x-request-id"]
    const isAccess = request.url.startsWith("/access/v1/")
    if (isAccess && typeof given === "string" && echoableId.test(given)) reply.header("x-request-id", given)
    done()
  })
}

/** What a search came to, for the log: who asked for what, and how many were found. No id of what was found. */
export interface SearchRecord {
  readonly search: "subject" | "resource" | "action"
  readonly type: string
  readonly found: number
}

/** Writes a search into the log, beside the decision by which it was allowed. */
export function logSearch({ logger }: RouteContext, { principal, orgId }: Auth, record: SearchRecord): void {
  logger.info({ asker: principal.id, organization: orgId, ...record }, "search asked for")
}
