import { request as httpRequest } from "undici"
import { describe, expect, it } from "vitest"
import { createTestGateway, testPrincipal } from "../testing/index.ts"
import {
  developer,
  foreign,
  gateway,
  globex,
  lines,
  mine,
  missing,
  useNotesApp,
  viewer,
} from "./testing/notes-app.ts"

const notes = useNotesApp()
const { ask, writeNote, inject } = notes

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
    const send = (headers: Record<string, string>) => inject({ method: "GET", url, headers })
    expect((await send({})).statusCode).toBe(401)
    expect((await send({})).headers["www-authenticate"]).toBe("Bearer")
    expect((await send({ authorization: "Bearer junk" })).statusCode).toBe(401)
    expect((await send(await gateway.headers(developer, "GET", "/v1/organization"))).statusCode).toBe(401)
    expect((await send(await createTestGateway("notes").headers(developer, "GET", url))).statusCode).toBe(401)
    expect((await send(await gateway.headers(developer, "GET", url))).statusCode).toBe(200)
  })

  it("must be one, in the header: two, or one in the query, are 400", async () => {
    const { authorization } = await gateway.headers(developer, "GET", "/v1/organization")
    const headers = ["authorization", authorization, "authorization", authorization]
    const twice = await httpRequest(`${notes.url}/v1/organization`, { headers })
    expect(twice.statusCode).toBe(400)
    expect(await twice.body.json()).toMatchObject({ code: "tokens.ambiguous_credentials" })
    const once = await httpRequest(`${notes.url}/v1/organization`, { headers: headers.slice(0, 2) })
    expect(once.statusCode).toBe(200)
    await once.body.dump()
  })

  it("in a query are refused and stay out of answer and log", async () => {
    const { status, json } = await ask({ url: "/v1/organization?access_token=s3cr3t" })
    expect(status).toBe(400)
    expect(JSON.stringify([json, lines])).not.toContain("s3cr3t")
  })
})
