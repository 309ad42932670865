import { Readable } from "node:stream"
import { createHttpApp, loopbackHosts } from "@gatehouse/http"
import type { Secret } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Engine } from "../commands/engine.ts"
import { refuse } from "../wire/error-codes.ts"
import { maximumBodyBytes } from "../wire/limits.ts"
import { parseBody, WireMessage } from "../wire/proto-json.ts"
import { assertionRoutes } from "./assertion-routes.ts"
import { assertAuthenticated } from "./authenticate.ts"
import { mapError } from "./map-error.ts"
import { modelRoutes } from "./model-routes.ts"
import { queryRoutes } from "./query-routes.ts"
import type { Route, WireAnswer, WireRequest } from "./route.ts"
import { storeRoutes } from "./store-routes.ts"
import { tupleRoutes } from "./tuple-routes.ts"

const routes: readonly Route[] = [
  ...storeRoutes,
  ...modelRoutes,
  ...tupleRoutes,
  ...queryRoutes,
  ...assertionRoutes,
]

const knownPaths = routes.map(({ path, streams = false }) => ({
  form: new RegExp(`^${path.replace(/:[a-z]+/g, "[^/]+")}$`),
  streams,
}))

const healthPath = "/healthz"

/** The wire over HTTP: door, credential, routes and the mapping of errors. The caller listens. */
export function createApp(options: {
  readonly engine: Engine
  readonly presharedKey: Secret
  readonly logger: Logger
}): FastifyInstance {
  const app = createHttpApp({
    logger: options.logger,
    bodyLimitBytes: maximumBodyBytes,
    mapError: (error, request) => mapError(error, pathFacts(request)),
    door: { hosts: loopbackHosts },
  })
  app.addHook("onRequest", async (request) => {
    if (pathOf(request) !== healthPath) assertAuthenticated(request, options.presharedKey)
  })
  // The wire reads every body as JSON, whatever its content type says.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: FastifyRequest, body: Buffer) => body)
  app.get(healthPath, async (_request, reply) => {
    try {
      await options.engine.storage.ping()
    } catch {
      throw refuse("unavailable", "the database does not answer")
    }
    return reply.type("application/json").send('{"status":"SERVING"}')
  })
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) =>
        send(reply, await route.handle(options.engine, toWireRequest(request))),
    })
  }
  return app
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? ""
}

function pathFacts(request: FastifyRequest): { streams: boolean; knownPath: boolean } {
  const path = pathOf(request)
  const known = knownPaths.find(({ form }) => form.test(path))
  return { knownPath: known !== undefined, streams: known?.streams === true && request.method === "POST" }
}

function toWireRequest(request: FastifyRequest): WireRequest {
  const params = request.params as Record<string, string>
  const query = request.query as Record<string, string | string[]>
  return {
    path: (name) => (Object.hasOwn(params, name) ? (params[name] ?? "") : ""),
    query: (name) => {
      const value = Object.hasOwn(query, name) ? query[name] : undefined
      return Array.isArray(value) ? value[0] : value
    },
    body: new WireMessage(parseBody(request.body as Buffer | undefined)),
  }
}

function send(reply: FastifyReply, answer: WireAnswer): FastifyReply {
  reply.code(answer.status ?? 200)
  if (answer.store !== undefined) reply.header("openfga-store-id", answer.store)
  if (answer.modelId !== undefined) reply.header("openfga-authorization-model-id", answer.modelId)
  if (answer.incomplete === true) reply.header("gatehouse-incomplete", "true")
  if (answer.status === 204) return reply.send()
  reply.type("application/json")
  if (answer.lines === undefined) return reply.send(JSON.stringify(answer.body))
  return reply.send(Readable.from(chunksOf(answer.lines)))
}

/** Lines that are put together before they are sent. */
const linesPerChunk = 500

function* chunksOf(lines: readonly unknown[]): Generator<string> {
  for (let start = 0; start < lines.length; start += linesPerChunk) {
    const chunk = lines.slice(start, start + linesPerChunk)
    yield chunk.map((line) => `${JSON.stringify(line)}\n`).join("")
  }
}
