import type { RunningPart } from "@gatehouse/kernel"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import type { Auth } from "../auth.ts"

/** What a route's `authorize` sees: the request before its body is read. Path members are as the client wrote them. */
export interface AuthorizationRequest {
  readonly params: Readonly<Record<string, string>>
  readonly request: FastifyRequest
}

/** What a route's handler gets. `granted` is what `authorize` returned; query and body have passed their schemas. */
export interface RouteContext<Granted, Query, Body> {
  readonly auth: Auth
  readonly granted: Granted
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export interface RouteDefinition<Granted, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Fastify's form: `/v1/sboms/:id`. */
  readonly url: string
  readonly summary: string
  /**
   * The check. It runs before the body is read, and before query and body are validated, so that nobody learns of a
   * validation, conflict or precondition without the permission. What it returns (a grant, or several) reaches the handler.
   */
  readonly authorize: (auth: Auth, request: AuthorizationRequest) => Promise<Granted> | Granted
  readonly query?: Query
  readonly body?: Body
  /** Answers by status. A member that no schema names is never sent. */
  readonly responses: Readonly<Record<number, z.ZodType>>
  readonly handler: (context: RouteContext<Granted, z.output<Query>, z.output<Body>>) => unknown
}

/** A service's HTTP side: routes that cannot be added without saying what they check. */
export interface ServiceApp {
  /** For tests (`inject`) and for content type parsers. A route added here directly is refused at start. */
  readonly fastify: FastifyInstance
  route<Granted, Query extends z.ZodType = z.ZodUnknown, Body extends z.ZodType = z.ZodUnknown>(
    definition: RouteDefinition<Granted, Query, Body>,
  ): void
  /** Listens on both loopback addresses; 0 takes a free port. */
  listen(port: number): Promise<RunningPart>
}
