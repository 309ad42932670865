import { Writable } from "node:stream"
import {
  organizationTuples,
  type Principal,
  type ProjectUuid,
  parseOrganizationId,
  permissionModel,
  projectGroupPath,
  projectGroupTuples,
  projectLinkTuple,
} from "@gatehouse/contracts"
import { GatehouseError, type RunningPart } from "@gatehouse/kernel"
import type { Grant, OrganizationDatabases } from "@gatehouse/postgres"
import { createLogger, currentRequestContext } from "@gatehouse/telemetry"
import type { InjectOptions } from "fastify"
import { afterAll, beforeAll } from "vitest"
import { z } from "zod"
import { createGatehouse } from "../../create-gatehouse.ts"
import { organization, project } from "../../objects.ts"
import { createInProcessAuthorizer, createTestGateway, testPrincipal } from "../../testing/index.ts"
import { authenticated } from "../route.ts"
import { createServiceApp, type ServiceApp } from "../service-app.ts"

/** Two organizations. */
export const acme = parseOrganizationId("acme")
export const globex = parseOrganizationId("globex")
/** A project of acme. */
export const mine = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
/** A project of globex. */
export const foreign = "3f2504e0-4f89-41d3-9a0c-0305e82c3302" as ProjectUuid
/** A project that nobody has. */
export const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c33ff"

/** They have these roles on acme's project. */
export const developer = testPrincipal({
  home: acme,
  subject: "dev",
  groups: [projectGroupPath(mine, "developer")],
})
export const viewer = testPrincipal({
  home: acme,
  subject: "vera",
  groups: [projectGroupPath(mine, "viewer")],
})

/** Signs what the service believes. */
export const gateway = createTestGateway("notes")
/** Lines of the log. */
export const lines: Record<string, unknown>[] = []
const destination = new Writable({
  write(chunk: Buffer, _encoding, done) {
    lines.push(JSON.parse(chunk.toString("utf8")))
    done()
  },
})
export const logger = createLogger({ name: "notes", destination })

// The routes of this file open no transaction.
export const databases = {
  withGrant: async () => {
    throw new Error("no database here")
  },
  recordUse: async () => undefined,
  resourceProject: async () => undefined,
  close: async () => undefined,
} satisfies OrganizationDatabases<unknown>

/** A service of notes with a gatehouse of its own. */
export function createNotesGatehouse(tuples: Parameters<typeof createInProcessAuthorizer>[1] = []) {
  const authorizer = createInProcessAuthorizer(permissionModel, tuples)
  return createGatehouse({ service: "notes", verifier: gateway.verifier, authorizer, databases, logger })
}

/** What the handlers were given. */
export interface Seen {
  readonly grants: Grant<"can_write">[]
  readonly contexts: unknown[]
}

function addRoutes(app: ServiceApp, seen: Seen): void {
  app.route({
    method: "POST",
    url: "/v1/notes",
    summary: "Write a note",
    projectSelection: "required",
    query: z.strictObject({ dry: z.enum(["yes", "no"]).optional() }),
    body: z.strictObject({ text: z.string().min(1) }).meta({ id: "TestNoteBody" }),
    responses: { 201: z.object({ text: z.string() }).meta({ id: "TestNote" }) },
    authorize: (auth) => auth.requirePermission("can_write", auth.requireProject()),
    handler: ({ granted, body, reply }) => {
      seen.grants.push(granted)
      seen.contexts.push(currentRequestContext())
      reply.code(201)
      return { text: body.text, hidden: "never sent" }
    },
  })
  app.route({
    method: "GET",
    url: "/v1/projects/:id",
    summary: "Read a project",
    responses: { 200: z.object({ id: z.string() }) },
    authorize: (auth, { params }) => auth.requirePermission("can_read", project(params.id ?? "")),
    handler: ({ params }) => ({ id: params.id }),
  })
  app.route({
    method: "GET",
    url: "/v1/organization",
    summary: "See the organization",
    responses: { 200: z.object({ id: z.string() }) },
    authorize: (auth) => auth.requirePermission("can_read", organization(auth.orgId)),
    handler: ({ auth }) => ({ id: auth.orgId }),
  })
}

/** Routes whose answers are of a kind of their own. */
function addUnusualRoutes(app: ServiceApp): void {
  app.route({
    method: "POST",
    url: "/v1/uncommitted",
    summary: "Fail after the answer is known",
    internal: true,
    responses: { 201: z.object({ id: z.string() }) },
    authorize: authenticated,
    handler: async ({ reply }) => {
      reply.code(201).header("location", "/v1/uncommitted/1").header("content-disposition", "attachment")
      // Stands for a transaction that fails at its commit.
      await Promise.reject(new GatehouseError("request.conflict"))
    },
  })
  app.route({
    method: "DELETE",
    url: "/v1/nothing",
    summary: "Nothing",
    responses: { 204: z.null() },
    authorize: authenticated,
    handler: ({ reply }) => void reply.code(204),
  })
  app.route({
    method: "GET",
    url: "/v1/bytes",
    summary: "Bytes",
    internal: true,
    responses: {},
    authorize: authenticated,
    handler: ({ reply }) => {
      reply.header("Content-Type", "text/csv").header("content-disposition", "attachment")
      return Buffer.from("a,b")
    },
  })
  app.route({
    method: "POST",
    url: "/access/v1/question",
    summary: "A wire of others",
    internal: true,
    body: z.object({ text: z.string() }),
    responses: { 200: z.object({ text: z.string() }) },
    malformedAs: "authz.malformed_access_request",
    authorize: authenticated,
    handler: ({ body }) => {
      if (body.text === "refuse") throw new GatehouseError("request.conflict")
      return body
    },
  })
}

/** A request to it. */
export interface Ask {
  readonly as?: Principal
  readonly method?: "GET" | "POST" | "DELETE"
  readonly url: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** The service, for the tests of the file that asks for it. */
export function useNotesApp() {
  const seen: Seen = { grants: [], contexts: [] }
  let app: ServiceApp
  let part: RunningPart
  beforeAll(async () => {
    const gatehouse = createNotesGatehouse([
      ...[acme, globex].flatMap(organizationTuples),
      projectLinkTuple(acme, mine),
      ...projectGroupTuples(acme, mine),
      projectLinkTuple(globex, foreign),
      ...projectGroupTuples(globex, foreign),
    ])
    app = await createServiceApp({ gatehouse, logger, info: { title: "Notes", version: "1" } })
    addRoutes(app, seen)
    addUnusualRoutes(app)
    part = await app.listen(0)
  })
  afterAll(() => part.close())

  async function ask({ as = developer, method = "GET", url, headers = {}, body }: Ask) {
    const response = await app.fastify.inject({
      method,
      url,
      headers: {
        ...(await gateway.headers(as, method, url)),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    })
    return { response, status: response.statusCode, json: response.body === "" ? undefined : response.json() }
  }

  const writeNote = (options: Partial<Ask> = {}) =>
    ask({
      method: "POST",
      url: "/v1/notes",
      headers: { "x-project-id": mine },
      body: '{"text":"hi"}',
      ...options,
    })

  return {
    seen,
    ask,
    writeNote,
    /** Sends a request past the network. */
    inject: (options: InjectOptions | string) => app.fastify.inject(options),
    get url() {
      return part.url
    },
  }
}
