import { describe, expect, it } from "vitest"
import { testPrincipal } from "../testing/index.ts"
import type { RouteReply } from "./route.ts"
import { createServiceApp } from "./service-app.ts"
import {
  createNotesGatehouse,
  developer,
  gateway,
  globex,
  logger,
  mine,
  useNotesApp,
  viewer,
} from "./testing/notes-app.ts"

const { ask, writeNote, inject, seen } = useNotesApp()

describe("a checked route", () => {
  it("answers whoever has the permission, without what its schema does not name", async () => {
    const { status, json } = await writeNote()
    expect(status).toBe(201)
    expect(json).toEqual({ text: "hi" })
  })

  it("answers what came of it in the end, whatever status and headers were set before", async () => {
    const { status, json, response } = await ask({ method: "POST", url: "/v1/uncommitted" })
    expect([status, json]).toEqual([409, expect.objectContaining({ code: "request.conflict" })])
    expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/)
    for (const name of ["location", "content-disposition"]) expect(response.headers).not.toHaveProperty(name)
    // @ts-expect-error an answer is returned, not sent: the transaction around it has not been committed
    const _send = (reply: RouteReply) => reply.send
  })

  it("answers bytes as they are, under the headers that the handler set", async () => {
    const headers = await gateway.headers(developer, "GET", "/v1/bytes")
    const answer = await inject({ method: "GET", url: "/v1/bytes", headers })
    expect([answer.statusCode, answer.body]).toEqual([200, "a,b"])
    expect(answer.headers).toMatchObject({ "content-type": "text/csv", "content-disposition": "attachment" })
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
    const gatehouse = createNotesGatehouse()
    const other = await createServiceApp({ gatehouse, logger, info: { title: "Notes", version: "1" } })
    expect(() => other.fastify.get("/v1/unchecked", async () => "all of it")).toThrow(
      /route\(\) or openRoute\(\)/,
    )
  })

  it("answers 404 for an unknown operation, with or without a credential", async () => {
    expect((await ask({ url: "/v1/unknown" })).json).toMatchObject({ code: "request.not_found" })
  })

  it("describes its operations in OpenAPI 3.1, with its own components alone", async () => {
    const { statusCode, body } = await inject("/v1/openapi.json")
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
    const { paths } = (await inject("/v1/openapi.json")).json()
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
