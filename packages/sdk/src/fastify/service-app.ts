import { createHttpApp, listenOnLoopback, problemAnswer } from "@gatehouse/http"
import { assert, GatehouseError, type PartHealth, type RunningPart, scanJson } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify"
import { serializerCompiler } from "fastify-type-provider-zod"
import type { z } from "zod"
import type { Auth } from "../auth.ts"
import type { Gatehouse } from "../create-gatehouse.ts"
import { collectReply } from "./collect-reply.ts"
import { malformedAs } from "./malformed.ts"
import { type OpenApiInfo, openApiDocument, registerOpenApi, routeSchema } from "./openapi.ts"
import { bindRequestLifetime, requestStateOf } from "./request-lifetime.ts"
import type { OpenRouteContext, OpenRouteDefinition, RouteDefinition, RouteForm } from "./route.ts"
import { compileValidator } from "./validation.ts"

/** Bodies of our own operations are small; a route that takes documents says so with `bodyLimitBytes`. */
export const defaultBodyLimitBytes = 65_536

/** What a service hands over to get an HTTP app that refuses unauthenticated requests. */
export interface ServiceAppOptions {
  readonly gatehouse: Pick<Gatehouse<never>, "authenticate" | "behindGateway">
  readonly logger: Logger
  readonly info: OpenApiInfo
  readonly bodyLimitBytes?: number
  /** How the service's own dependencies are; `ok` where it is left out. */
  readonly health?: () => Promise<PartHealth>
}

/** A service's HTTP side: routes that cannot be added without saying what they check. */
export interface ServiceApp {
  /** For tests (`inject`) and content type parsers. A route added here directly is refused (INVARIANT 1). */
  readonly fastify: FastifyInstance
  route<
    Granted,
    Params extends z.ZodType = TextMembers,
    Query extends z.ZodType = z.ZodUnknown,
    Body extends z.ZodType = z.ZodUnknown,
  >(definition: RouteDefinition<Granted, Params, Query, Body>): void
  openRoute<
    Params extends z.ZodType = TextMembers,
    Query extends z.ZodType = z.ZodUnknown,
    Body extends z.ZodType = z.ZodUnknown,
  >(definition: OpenRouteDefinition<Params, Query, Body>): void
  /** Listens on both loopback addresses; 0 takes a free port. */
  listen(port: number): Promise<RunningPart>
}

/** Path members where a route gives no schema for them. */
export type TextMembers = z.ZodType<Readonly<Record<string, string>>>

declare module "fastify" {
  interface FastifyContextConfig {
    /** Set by `route` and `openRoute`, so that a route added past them stands out. */
    gatehouse?: "checked" | "open"
    /** What the OpenAPI document calls a path's last member `*`. */
    wildcardName?: string
    /** What the OpenAPI document says of documents that no schema describes. */
    documents?: Pick<AnyForm, "takesDocument" | "givesDocument">
  }
}

type AnyForm = RouteForm<z.ZodType, z.ZodType, z.ZodType>
type Handle = (context: OpenRouteContext<never, never, never>) => unknown

/**
 * A fastify app with Gatehouse's errors, limits, correlation and OpenAPI document, whose routes authorize before anything of
 * the request is judged.
 */
export async function createServiceApp(options: ServiceAppOptions): Promise<ServiceApp> {
  const { gatehouse, logger, info, bodyLimitBytes = defaultBodyLimitBytes } = options
  const app = createHttpApp({
    logger,
    bodyLimitBytes,
    mapError: problemAnswer,
    trustRequestId: gatehouse.behindGateway,
  })
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(serializerCompiler)
  takeJson(app)
  bindRequestLifetime(app)
  app.addHook("onRoute", (route: RouteOptions) => {
    assert(
      route.config?.gatehouse !== undefined,
      `a route is added with route() or openRoute(): ${route.url}`,
    )
  })
  await registerOpenApi(app, info)

  const add = (
    form: AnyForm,
    handle: Handle,
    authorize: ((request: FastifyRequest) => Promise<void>) | undefined,
  ) => {
    for (const url of urlsOf(form)) {
      app.route({
        method: form.method,
        url,
        schema: routeSchema(form, { url, open: authorize === undefined }),
        config: {
          gatehouse: authorize === undefined ? "open" : "checked",
          ...(form.wildcardName === undefined ? {} : { wildcardName: form.wildcardName }),
          documents: form,
        },
        ...(form.bodyLimitBytes === undefined ? {} : { bodyLimit: form.bodyLimitBytes }),
        ...(authorize === undefined ? {} : { onRequest: authorize }),
        ...(form.malformedAs === undefined ? {} : { errorHandler: malformedAs(app, form.malformedAs) }),
        handler: async (request, reply) => {
          const { forHandler, apply } = collectReply(reply)
          const answer = await handle({
            params: request.params as never,
            query: request.query as never,
            body: request.body as never,
            request,
            reply: forHandler,
          })
          assert(answer !== forHandler, `a handler returns the answer's body: ${form.method} ${form.url}`)
          apply()
          return reply.send(answer)
        },
      })
    }
  }

  const service: ServiceApp = {
    fastify: app,
    route: ({ authorize, handler, ...form }) => {
      const check = async (request: FastifyRequest) => {
        const state = requestStateOf(request)
        state.auth = await gatehouse.authenticate(request.raw as Parameters<typeof gatehouse.authenticate>[0])
        state.granted = await authorize(state.auth, {
          params: request.params as Record<string, string>,
          request,
        })
      }
      const handle: Handle = (context) => {
        const { auth, granted } = requestStateOf(context.request)
        return handler({ ...context, auth: auth as Auth, granted: granted as never })
      }
      add(form as AnyForm, handle, check)
    },
    openRoute: ({ handler, openBecause: _reason, ...form }) =>
      add(form as AnyForm, handler as Handle, undefined),
    listen: (port) => listen(app, port, options.health),
  }
  service.openRoute({
    method: "GET",
    url: "/v1/openapi.json",
    summary: "This document",
    openBecause: "It describes operations and holds nothing of any organization.",
    internal: true,
    responses: {},
    handler: () => openApiDocument(app),
  })
  return service
}

/** JSON that every reader understands alike: none of its objects has two members of one name (RFC 8259 section 4). */
function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error")
  app.removeContentTypeParser("application/json")
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    void parse(request, body as string, (error, value) => {
      if (error !== null || scanJson(body as string) !== "duplicate_key") return done(error, value)
      const publicMessage = "An object of the body has two members of one name."
      done(new GatehouseError("request.invalid_json", { publicMessage }))
    })
  })
}

/** An operation on a project's things is also served below the project's own path. */
function urlsOf({ url, projectSelection }: AnyForm): string[] {
  return projectSelection === undefined ? [url] : [url, url.replace(/^\/v1\//, "/v1/projects/:project/")]
}

async function listen(
  app: FastifyInstance,
  port: number,
  health: () => Promise<PartHealth> = async () => ({ status: "ok" }),
): Promise<RunningPart> {
  await app.ready()
  const listener = await listenOnLoopback((request, response) => app.routing(request, response), port)
  return {
    url: `http://127.0.0.1:${listener.port}`,
    health,
    close: async () => {
      await listener.close()
      await app.close()
    },
  }
}
