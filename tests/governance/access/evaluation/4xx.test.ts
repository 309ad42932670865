import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { request } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess, malformedBodies } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const question = (subject: string) => ({
  subject: { type: "user", id: subject },
  action: { name: "can_read" },
  resource: { type: "project", id: project },
})
const ask = async (as: Principal, body: unknown, headers: Record<string, string> = {}) => {
  const { status, json, headers: answered } = await askAccess(plane, "evaluation", as, body, headers)
  expect(answered["content-type"]).toMatch(/^application\/problem\+json/)
  return [status, json.code]
}
const malformed = [400, "authz.malformed_access_request"]

describe("400", () => {
  it.each(["subject", "action", "resource"])("without %s, or with one that is no object", async (name) => {
    for (const value of [undefined, "alice", null, 5, [], true])
      expect(await ask(member("owner"), { ...question("owner"), [name]: value })).toEqual(malformed)
  })

  it.each([
    ["subject", "type"],
    ["subject", "id"],
    ["action", "name"],
    ["resource", "type"],
    ["resource", "id"],
  ] as const)("without %s.%s, or with one that is no text", async (entity, member_) => {
    for (const value of [undefined, 123, null, {}, ["a"]]) {
      const body = question("owner")
      expect(
        await ask(member("owner"), { ...body, [entity]: { ...body[entity], [member_]: value } }),
      ).toEqual(malformed)
    }
  })

  it.each(malformedBodies)("for %s", async (_what, body) => {
    expect(await ask(member("owner"), body, { "content-type": "application/json" })).toEqual(malformed)
  })

  it("for another content type", async () => {
    const body = JSON.stringify(question("owner"))
    for (const contentType of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/jsonp",
      "text/json",
    ])
      expect(await ask(member("owner"), body, { "content-type": contentType })).toEqual(malformed)
    const answer = await askAccess(plane, "evaluation", member("owner"), body, {
      "content-type": "application/json; charset=utf-8",
    })
    expect(answer.status).toBe(200)
  })

  it("for facts that are no object, or beyond the limits", async () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })
    for (const context of [
      "now",
      [],
      null,
      { a: deep(16) },
      { a: "x".repeat(33_000) },
      { a: "\ud800" },
      { "\udc00": 1 },
    ])
      expect(await ask(member("owner"), { ...question("owner"), context })).toEqual(malformed)
    const { subject, ...rest } = question("owner")
    const abyss = `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`
    const text = JSON.stringify({ ...rest, subject }).replace(/}$/, `,"context":${abyss}}`)
    expect(await ask(member("owner"), text)).toEqual(malformed)
    const properties = { a: deep(16) }
    expect(await ask(member("owner"), { ...rest, subject: { ...subject, properties } })).toEqual(malformed)
    const { status } = await askAccess(plane, "evaluation", member("owner"), {
      ...question("owner"),
      context: { a: deep(15), b: "x".repeat(32_000) },
    })
    expect(status).toBe(200)
  })

  it("names what is at fault, and repeats no value", async () => {
    const body = { ...question("owner"), subject: { type: 5, id: "secret-value" } }
    const { json } = await askAccess(plane, "evaluation", member("owner"), body)
    expect(json.errors).toEqual([{ path: "body.subject.type", message: expect.any(String) }])
    expect(JSON.stringify(json)).not.toContain("secret-value")
  })
})

describe("401", () => {
  it("without a credential, before anything of the body is judged, and with the caller's request id", async () => {
    const response = await request(`${plane.governance.url}/access/v1/evaluation`, {
      method: "POST",
      headers: { "content-type": "text/plain", "x-request-id": "mine" },
      body: "junk",
    })
    expect(response.statusCode).toBe(401)
    expect(response.headers["www-authenticate"]).toMatch(/^Bearer/)
    expect(response.headers["x-request-id"]).toBe("mine")
    await response.body.dump()
  })
})

describe("403", () => {
  it("about others without managing users, whatever else is asked", async () => {
    for (const subject of ["developer", "viewer"]) {
      for (const body of [
        question("admin"),
        question("nobody"),
        question(`${plane.globex}/owner`),
        { ...question("admin"), subject: { type: "spaceship", id: "x" } },
        { ...question("admin"), resource: { type: "spaceship", id: "x" } },
        { ...question("admin"), action: { name: "junk" } },
        { ...question("admin"), context: { a: "x".repeat(33_000) } },
      ])
        expect(await ask(member(subject), body)).toEqual([403, "authz.permission_denied"])
    }
  })

  it("about others for an owner of a project, who manages no users", async () => {
    const owner = { ...member("viewer"), groups: [projectGroupPath(project, "owner")] }
    expect(await ask(owner, question("admin"))).toEqual([403, "authz.permission_denied"])
  })

  it("is not answered to a platform administrator who acts in no organization: there is nothing there", async () => {
    const as = { ...testPlatformAdministrator(plane.acme), organization: "platform" } as Principal
    expect(await ask(as, question("admin"))).toEqual([404, "authz.not_found"])
  })
})

describe("405 and 413", () => {
  it("another method is no operation", async () => {
    const { status } = await plane.ask({ as: member("owner"), path: "/access/v1/evaluation" })
    expect(status).toBe(404)
  })

  it("a body over the limit is refused", async () => {
    const body = { ...question("owner"), filler: "x".repeat(70_000) }
    expect(await ask(member("owner"), body)).toEqual([413, "request.too_large"])
  })
})
