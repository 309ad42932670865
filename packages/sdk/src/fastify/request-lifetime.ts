import { currentRequestContext, type RequestContext, withRequestContext } from "@gatehouse/telemetry"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Auth } from "../auth.ts"

/** What one request carries from its first hook to its end. */
export interface RequestState {
  readonly context: RequestContext | undefined
  auth?: Auth
  granted?: unknown
}

const states = new WeakMap<FastifyRequest, RequestState>()

/** The state of a request under way. */
export function requestStateOf(request: FastifyRequest): RequestState {
  const state = states.get(request) ?? { context: currentRequestContext() }
  states.set(request, state)
  return state
}

/**
 * Binds to every request of an app: its correlation context, also after the body was read; the decision's id in the
 * answer; and the end of its grants, when the answer has left or the client has gone.
 */
export function bindRequestLifetime(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const state = requestStateOf(request)
    reply.raw.once("close", () => state.auth?.end())
    done()
  })
  // Reading a body leaves the asynchronous context of the first hook, so it is entered again.
  app.addHook("preValidation", (request, _reply, done) => {
    const { context } = requestStateOf(request)
    if (context === undefined) done()
    else withRequestContext(context, done)
  })
  app.addHook("onSend", (request, reply, _payload, done) => {
    writeDecision(request, reply)
    done()
  })
  app.addHook("onResponse", (request, _reply, done) => {
    requestStateOf(request).auth?.end()
    done()
  })
}

function writeDecision(request: FastifyRequest, reply: FastifyReply): void {
  const decisionId = requestStateOf(request).context?.decisionId
  if (decisionId !== undefined) reply.header("x-decision-id", decisionId)
}
