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
import { request as httpRequest } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { createGatehouse } from "../create-gatehouse.ts"
import { organization, project } from "../objects.ts"
import { createInProcessAuthorizer, createTestGateway, testPrincipal } from "../testing/index.ts"
import { authenticated, type RouteReply } from "./route.ts"
import { createServiceApp, type ServiceApp } from "./service-app.ts"

const acme = parseOrganizationId("acme")
const globex = parseOrganizationId("globex")
const mine = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const foreign = "3f2504e0-4f89-41d3-9a0c-0305e82c3302" as ProjectUuid
const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c33ff"

const developer = testPrincipal({ home: acme, subject: "dev", groups: [projectGroupPath(mine, "developer")] })
const viewer = testPrincipal({ home: acme, subject: "vera", groups: [projectGroupPath(mine, "viewer")] })

const gateway = createTestGateway("notes")
const lines: Record<string, unknown>[] = []
const destination = new Writable({
  write(chunk: Buffer, _encoding, done) {
    lines.push(JSON.parse(chunk.toString("utf8")))
    done()
  },
})
const logger = createLogger({ name: "notes", destination })

// The routes of this file open no transaction.
const databases = {
  withGrant: async () => {
    throw new Error("no database here")
  },
  recordUse: async () => undefined,
  resourceProject: async () => undefined,
  close: async () => undefined,
} satisfies OrganizationDatabases<unknown>

const seen: { grants: Grant<"can_write">[]; contexts: unknown[] } = { grants: [], contexts: [] }
let app: ServiceApp
let part: RunningPart

beforeAll(async () => {
  const authorizer = createInProcessAuthorizer(permissionModel, [
    ...[acme, globex].flatMap(organizationTuples),
    projectLinkTuple(acme, mine),
    ...projectGroupTuples(acme, mine),
    projectLinkTuple(globex, foreign),
    ...projectGroupTuples(globex, foreign),
  ])
  const gatehouse = createGatehouse({
    service: "notes",
    verifier: gateway.verifier,
    authorizer,
    databases,
    logger,
  })
  app = await createServiceApp({ gatehouse, logger, info: { title: "Notes", version: "1" } })
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
  app.route({
    method: "POST",
    url: "/v1/uncommitted",
    summary: "Fail after the answer is known",
    internal: true,
    responses: { 201: z.object({ id: z.string() }) },
    authorize: authenticated,
    handler: async ({ reply }) => {
      reply.code(201)
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
  part = await app.listen(0)
})
afterAll(() => part.close())

interface Ask {
  readonly as?: Principal
  readonly method?: "GET" | "POST" | "DELETE"
  readonly url: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

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

describe("a checked route", () => {
  it("answers whoever has the permission, without what its schema does not name", async () => {
    const { status, json } = await writeNote()
    expect(status).toBe(201)
    expect(json).toEqual({ text: "hi" })
  })

  it("answers what came of it in the end, whatever status was set before", async () => {
    const { status, json } = await ask({ method: "POST", url: "/v1/uncommitted" })
    expect([status, json]).toEqual([409, expect.objectContaining({ code: "request.conflict" })])
    // @ts-expect-error an answer is returned, not sent: the transaction around it has not been committed
    const _send = (reply: RouteReply) => reply.send
  })

  it("answers 204 without a body", async () => {
    expect((await ask({ method: "DELETE", url: "/v1/nothing" })).status).toBe(204)
  })

  it.each([
    ["a body that is no JSON", { body: "{" }],
    ["a body that its schema refuses", { body: '{"text":1,"more":true}' }],
    ["a query that its schema refuses", { url: "/v1/notes?dry=maybe" }],
    ["a body that is too large", { body: JSON.stringify({ text: "x".repeat(70_000) }) }],
    [
      "a content type that it does not take",
      { headers: { "x-project-id": mine, "content-type": "text/plain" } },
    ],
  ])("answers 403, and 404 to strangers, before it judges %s", async (_what, options) => {
    expect((await writeNote({ as: viewer, ...options })).json).toMatchObject({
      code: "authz.permission_denied",
    })
    const stranger = testPrincipal({ home: globex, subject: "g" })
    expect((await writeNote({ as: stranger, ...options })).json).toMatchObject({ code: "authz.not_found" })
    const { status } = await writeNote(options)
    expect([400, 413, 415, 422]).toContain(status)
  })

  it("names each member at fault, and never a value", async () => {
    const { status, json } = await writeNote({ body: '{"text":"","more":"s3cr3t"}' })
    expect(status).toBe(422)
    expect(json).toMatchObject({ code: "request.invalid", errors: [{ path: "body.text" }, { path: "body" }] })
    expect(JSON.stringify(json)).not.toContain("s3cr3t")
  })

  it("on a wire of others says by one code that a request has not its form, and everything else as ever", async () => {
    const send = (body: string, headers: Record<string, string> = {}) =>
      ask({ method: "POST", url: "/access/v1/question", body, headers })
    for (const [body, contentType] of [
      ["{", "application/json"],
      ["", "application/json"],
      ['{"__proto__":{}}', "application/json"],
      ['{"text":"x","text":"y"}', "application/json"],
      ['{"text":5}', "application/json"],
      ['{"text":"x"}', "text/plain"],
      ["text=x", "application/x-www-form-urlencoded"],
    ] as const) {
      const { status, json, response } = await send(body, { "content-type": contentType })
      expect([status, json.code]).toEqual([400, "authz.malformed_access_request"])
      expect(response.headers).toMatchObject({ "x-decision-id": json.decision_id })
    }
    expect((await send('{"text":5}')).json.errors).toEqual([
      { path: "body.text", message: expect.any(String) },
    ])
    expect((await send('{"text":"x"}')).json).toEqual({ text: "x" })
    expect((await send('{"text":"refuse"}')).json.code).toBe("request.conflict")
    const { status, json } = await send(JSON.stringify({ text: "x".repeat(70_000) }))
    expect([status, json.code]).toEqual([413, "request.too_large"])
  })

  it("refuses a body of which two readers could take different members", async () => {
    for (const body of ['{"text":"x","text":"y"}', String.raw`{"text":"x","more":{"a":1,"\u0061":2}}`]) {
      const { status, json } = await writeNote({ body })
      expect([status, json.code]).toEqual([400, "request.invalid_json"])
      expect(json.detail).toContain("two members of one name")
    }
    const broken = await writeNote({ body: '{"text":"x","text":' })
    expect(broken.json.detail).not.toContain("two members of one name")
  })

  it("refuses a body that would change prototypes", async () => {
    const { status } = await writeNote({ body: '{"text":"x","__proto__":{"admin":true}}' })
    expect(status).toBe(400)
  })
})

describe("answers inside an organization", () => {
  it("are the same for what is missing, foreign or malformed, in status, headers and body, ids apart", async () => {
    const [absent, other, malformed] = await Promise.all(
      [missing, foreign, "not-a-uuid"].map((id) => ask({ url: `/v1/projects/${id}` })),
    )
    const shape = (answer: typeof absent) => {
      const {
        "x-request-id": request,
        "x-decision-id": decision,
        date: _date,
        ...headers
      } = answer?.response.headers ?? {}
      expect(request).toBeTruthy()
      expect(decision).toBeTruthy()
      const { request_id, decision_id, ...body } = answer?.json ?? {}
      expect(decision_id).toBe(decision)
      expect(request_id).toBe(request)
      return { status: answer?.status, headers, body }
    }
    expect(shape(absent).status).toBe(404)
    expect(shape(other)).toEqual(shape(absent))
    expect(shape(malformed)).toEqual(shape(absent))
  })

  it("carry the decision's id in the body, in a header and in the log", async () => {
    const { response, json } = await writeNote({ as: viewer })
    expect(json.decision_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(response.headers["x-decision-id"]).toBe(json.decision_id)
    expect(json).toMatchObject({ permission: "can_write", object: `project:${mine}` })
    const line = lines.find((candidate) => candidate.decisionId === json.decision_id)
    expect(line).toMatchObject({
      msg: "decision",
      principal: viewer.id,
      organization: "acme",
      permission: "can_write",
      objectType: "project",
      objectId: mine,
      allowed: false,
      visible: true,
      requestId: json.request_id,
    })
  })

  it("never take the organization from a header, the host or the query", async () => {
    const stranger = testPrincipal({ home: globex, subject: "g", groups: ["/org-owners"] })
    for (const headers of [
      { "x-org-id": "acme" },
      { "x-organization": "acme", "x-tenant-id": "acme" },
      { host: "acme.localhost" },
    ] as Record<string, string>[]) {
      expect((await ask({ as: stranger, url: "/v1/organization", headers })).json).toEqual({ id: "globex" })
      expect((await ask({ as: stranger, url: `/v1/projects/${mine}`, headers })).status).toBe(404)
    }
  })
})

describe("the selected project", () => {
  it("is taken from the header or from the path", async () => {
    expect((await writeNote()).status).toBe(201)
    expect((await writeNote({ url: `/v1/projects/${mine}/notes`, headers: {} })).status).toBe(201)
    expect((await writeNote({ url: `/v1/projects/${mine}/notes` })).status).toBe(201)
  })

  it("must be one: a different one in header and path, or two headers, is 400", async () => {
    const both = await writeNote({ url: `/v1/projects/${mine}/notes`, headers: { "x-project-id": foreign } })
    expect(both).toMatchObject({ status: 400, json: { code: "request.project_mismatch" } })
    expect((await ask({ url: `/v1/projects/${mine}`, headers: { "x-project-id": foreign } })).status).toBe(
      400,
    )
  })

  it("is needed where the operation works on one: none is 400", async () => {
    expect(await writeNote({ headers: {} })).toMatchObject({
      status: 400,
      json: { code: "request.project_required" },
    })
  })

  it("answers 404 where it is foreign or malformed", async () => {
    for (const id of [foreign, missing, "junk", mine.toUpperCase()]) {
      expect((await writeNote({ headers: { "x-project-id": id } })).status).toBe(404)
    }
  })
})

describe("credentials", () => {
  it("must be there, and be this very request's: 401", async () => {
    const url = `/v1/projects/${mine}`
    const inject = (headers: Record<string, string>) => app.fastify.inject({ method: "GET", url, headers })
    expect((await inject({})).statusCode).toBe(401)
    expect((await inject({})).headers["www-authenticate"]).toBe("Bearer")
    expect((await inject({ authorization: "Bearer junk" })).statusCode).toBe(401)
    expect((await inject(await gateway.headers(developer, "GET", "/v1/organization"))).statusCode).toBe(401)
    expect((await inject(await createTestGateway("notes").headers(developer, "GET", url))).statusCode).toBe(
      401,
    )
    expect((await inject(await gateway.headers(developer, "GET", url))).statusCode).toBe(200)
  })

  it("must be one, in the header: two, or one in the query, are 400", async () => {
    const { authorization } = await gateway.headers(developer, "GET", "/v1/organization")
    const headers = ["authorization", authorization, "authorization", authorization]
    const twice = await httpRequest(`${part.url}/v1/organization`, { headers })
    expect(twice.statusCode).toBe(400)
    expect(await twice.body.json()).toMatchObject({ code: "tokens.ambiguous_credentials" })
    const once = await httpRequest(`${part.url}/v1/organization`, { headers: headers.slice(0, 2) })
    expect(once.statusCode).toBe(200)
    await once.body.dump()
  })

  it("in a query are refused and stay out of answer and log", async () => {
    const { status, json } = await ask({ url: "/v1/organization?access_token=s3cr3t" })
    expect(status).toBe(400)
    expect(JSON.stringify([json, lines])).not.toContain("s3cr3t")
  })
})

describe("a request's lifetime", () => {
  it("keeps its correlation ids after the body was read", async () => {
    seen.contexts.length = 0
    const { response } = await writeNote()
    expect(seen.contexts).toEqual([
      expect.objectContaining({
        requestId: response.headers["x-request-id"],
        decisionId: response.headers["x-decision-id"],
        organization: "acme",
      }),
    ])
  })

  it("takes over the gateway's request id", async () => {
    const { response } = await ask({ url: "/v1/organization", headers: { "x-request-id": "from-gateway-1" } })
    expect(response.headers["x-request-id"]).toBe("from-gateway-1")
  })
})

describe("a service app", () => {
  it("refuses a route that says nothing of its check", async () => {
    const gatehouse = createGatehouse({
      service: "notes",
      verifier: gateway.verifier,
      authorizer: createInProcessAuthorizer(permissionModel),
      databases,
      logger,
    })
    const other = await createServiceApp({ gatehouse, logger, info: { title: "Notes", version: "1" } })
    expect(() => other.fastify.get("/v1/unchecked", async () => "all of it")).toThrow(
      /route\(\) or openRoute\(\)/,
    )
  })

  it("answers 404 for an unknown operation, with or without a credential", async () => {
    expect((await ask({ url: "/v1/unknown" })).json).toMatchObject({ code: "request.not_found" })
  })

  it("describes its operations in OpenAPI 3.1, with its own components alone", async () => {
    const { statusCode, body } = await app.fastify.inject("/v1/openapi.json")
    expect(statusCode).toBe(200)
    const document = JSON.parse(body)
    expect(document.openapi).toBe("3.1.0")
    expect(Object.keys(document.paths).sort()).toEqual([
      "/v1/notes",
      "/v1/nothing",
      "/v1/organization",
      "/v1/projects/{id}",
      "/v1/projects/{project}/notes",
    ])
    expect(Object.keys(document.components.schemas).sort()).toEqual(["Problem", "TestNote", "TestNoteBody"])
    const post = document.paths["/v1/notes"].post
    expect(post.requestBody.content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/TestNoteBody",
    })
    expect(post.parameters).toContainEqual(
      expect.objectContaining({ in: "header", name: "x-project-id", required: true }),
    )
    expect(post.responses["403"].content["application/problem+json"].schema).toEqual({
      $ref: "#/components/schemas/Problem",
    })
    expect(post.security).toEqual([{ accessToken: [] }])
    expect(post.responses["201"]).toMatchObject({
      headers: { location: { schema: { type: "string" } } },
      content: { "application/json": { schema: { $ref: "#/components/schemas/TestNote" } } },
    })
  })

  it("names each operation by its method and path in OpenAPI, each path of it by another name", async () => {
    const { paths } = (await app.fastify.inject("/v1/openapi.json")).json()
    const operations = Object.values<Record<string, { operationId: string }>>(paths).flatMap(Object.values)
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([
      "deleteNothing",
      "getOrganization",
      "getProjectsById",
      "postNotes",
      "postProjectsByProjectNotes",
    ])
  })
})
