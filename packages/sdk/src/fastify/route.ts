import type { ServerResponse } from "node:http"
import type { ErrorCode } from "@gatehouse/kernel"
import type { FastifyRequest } from "fastify"
import type { z } from "zod"
import type { Auth } from "../auth.ts"

/** What a route's `authorize` sees: the request before its body is read. Path members are as the client wrote them. */
export interface AuthorizationRequest {
  readonly params: Readonly<Record<string, string>>
  readonly request: FastifyRequest
}

/**
 * The answer's status and headers. Its body is what the handler returns, and nothing is sent before that: an answer from within a
 * transaction would promise what has not been committed (INVARIANT 9).
 */
export interface RouteReply {
  code(status: number): RouteReply
  header(name: string, value: string): RouteReply
  /** Closes when the answer is out or its client has gone: for what is held until then. */
  readonly raw: Pick<ServerResponse, "once" | "closed" | "destroyed">
}

/** What a handler gets. Path, query and body have passed their schemas. */
export interface OpenRouteContext<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly request: FastifyRequest
  readonly reply: RouteReply
}

/** What the handler of a checked route gets besides. `granted` is what `authorize` returned. */
export interface RouteContext<Granted, Params, Query, Body> extends OpenRouteContext<Params, Query, Body> {
  readonly auth: Auth
  readonly granted: Granted
}

/** What every route says of itself, for the router and for the OpenAPI document. */
export interface RouteForm<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Fastify's form: `/v1/sboms/:id`. Path members without a schema are text. */
  readonly url: string
  readonly summary: string
  /** What the OpenAPI document calls the path's last member where `url` ends in `*`: one that may hold slashes. */
  readonly wildcardName?: string
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** Answers by status. A member that no schema names is never sent. */
  readonly responses: Readonly<Record<number, z.ZodType>>
  /** The content types of a JSON document that the route takes as its body and judges itself, past any schema. */
  readonly takesDocument?: readonly string[]
  /** The content types under which the route gives a JSON document out with 200, byte for byte. */
  readonly givesDocument?: readonly string[]
  readonly bodyLimitBytes?: number
  /**
   * How the operation takes its project: `required` and `optional` document `X-Project-ID`, and serve the same operation
   * under `/v1/projects/{project}/…` too. Left out where the path names the project itself, or there is none.
   */
  readonly projectSelection?: "required" | "optional"
  /**
   * On a wire of others, the code of a request that does not have its form: what is not JSON, of another content type, or not
   * of the schemas. Left out, each is said in our own wire's words.
   */
  readonly malformedAs?: ErrorCode
  /** Left out of the OpenAPI document: routes between our own parts. */
  readonly internal?: boolean
}

/** A route that checks. */
export interface RouteDefinition<
  Granted,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> extends RouteForm<Params, Query, Body> {
  /**
   * The check. It runs before the body is read, and before path, query and body are validated, so that nobody learns of a
   * validation, conflict or precondition without the permission. What it returns (a grant, or several) reaches the handler.
   */
  readonly authorize: (auth: Auth, request: AuthorizationRequest) => Promise<Granted> | Granted
  readonly handler: (
    context: RouteContext<Granted, z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => unknown
}

/** A route that anyone may call: nothing of an organization may be in its answer. */
export interface OpenRouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> extends RouteForm<Params, Query, Body> {
  /** Why no check is needed: it is written down where the route is. */
  readonly openBecause: string
  readonly handler: (context: OpenRouteContext<z.output<Params>, z.output<Query>, z.output<Body>>) => unknown
}

/** `authorize` of routes that need a verified credential and no more: what they answer is about the principal itself. */
export function authenticated(): undefined {
  return undefined
}
