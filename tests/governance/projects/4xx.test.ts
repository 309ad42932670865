import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator, testPrincipal } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { type Ask, startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
let foreign: ProjectUuid
const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c33ff"

beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"), "taken")
  foreign = await createProject(plane, plane.realms.principal(plane.globex, "owner"))
})
afterAll(() => plane.close())

const member = (subject: string, ...groups: string[]): Principal => ({
  ...plane.realms.principal(plane.acme, subject),
  ...(groups.length === 0 ? {} : { groups }),
})
const code = async (ask: Ask) => {
  const { status, json } = await plane.ask(ask)
  return [status, json?.code]
}
const create = (as: Principal, body: unknown) => code({ as, method: "POST", path: "/v1/projects", body })
const rename = (as: Principal, id: string, body: unknown) =>
  code({ as, method: "PATCH", path: `/v1/projects/${id}`, body })

describe("POST /v1/projects", () => {
  it("is 403 for whoever may not change settings, before the body is judged", async () => {
    for (const subject of ["developer", "viewer"]) {
      expect(await create(member(subject), { name: "x" })).toEqual([403, "authz.permission_denied"])
      expect(await create(member(subject), "{")).toEqual([403, "authz.permission_denied"])
      expect(await create(member(subject), { name: "taken" })).toEqual([403, "authz.permission_denied"])
    }
  })

  it("is 404 for a platform administrator who acts in no organization", async () => {
    const as = { ...testPlatformAdministrator(plane.acme), organization: "platform" } as Principal
    expect(await create(as, { name: "x" })).toEqual([404, "authz.not_found"])
  })

  it.each([
    ["no name", {}],
    ["an empty name", { name: "" }],
    ["spaces at an end", { name: " x" }],
    ["a line break, which would forge a log line", { name: "a\nb" }],
    ["an invisible character", { name: "a\u200bb" }],
    ["a name of more than 100 characters", { name: "x".repeat(101) }],
    ["a name that is no text", { name: { $ne: "" } }],
    ["an organization in the body", { name: "x", organization: "globex" }],
    ["an owner in the body", { name: "x", created_by: "user:globex/owner" }],
    ["a list", ["x"]],
    ["null", "null"],
  ])("is 422 for %s", async (_what, body) => {
    expect(await create(member("owner"), body)).toEqual([422, "request.invalid"])
  })

  it("is 400 for a body that is no JSON, or would change a prototype", async () => {
    expect(await create(member("owner"), "{")).toEqual([400, "request.invalid_json"])
    expect(await create(member("owner"), '{"name":"x","__proto__":{"a":1}}')).toEqual([
      400,
      "request.invalid_json",
    ])
  })

  it("is 409 for a name that is taken", async () => {
    expect(await create(member("owner"), { name: "taken" })).toEqual([409, "governance.project_name_taken"])
  })

  it("leaves nothing behind when it is refused", async () => {
    const { json } = await plane.ask({ as: member("owner"), path: "/v1/projects?limit=200" })
    expect(json.items.map(({ name }: { name: string }) => name)).toEqual(["taken"])
  })
})

describe("a project by its id", () => {
  const stranger = () => testPrincipal({ home: plane.globex, subject: "owner", groups: ["/org-owners"] })

  it("answers the same where it is foreign, missing or malformed, for every method, ids apart", async () => {
    for (const [method, body] of [["GET"], ["PATCH", { name: "" }], ["DELETE"]] as const) {
      const answers = []
      for (const id of [foreign, missing, "x", project.toUpperCase()]) {
        const { status, headers, json } = await plane.ask({
          as: member("owner"),
          method,
          path: `/v1/projects/${id}`,
          body,
        })
        const { date: _d, "x-request-id": _r, "x-decision-id": _i, ...others } = headers
        const { request_id: _q, decision_id: _c, ...problem } = json
        answers.push({ status, others, problem })
      }
      expect(answers[0]).toMatchObject({ status: 404, problem: { code: "authz.not_found" } })
      for (const answer of answers) expect(answer).toEqual(answers[0])
    }
  })

  it("is never another organization's, whatever the request claims", async () => {
    for (const headers of [
      { "x-org-id": plane.acme },
      { "x-organization-id": plane.acme, "x-tenant-id": plane.acme },
      { "x-project-id": project },
      { host: `${plane.acme}.localhost` },
      { "x-forwarded-host": `${plane.acme}.localhost` },
    ] as Record<string, string>[]) {
      expect(await code({ as: stranger(), path: `/v1/projects/${project}`, headers })).toEqual([
        404,
        "authz.not_found",
      ])
    }
  })

  it("is 404 for members who hold no role in it", async () => {
    for (const subject of ["developer", "viewer"]) {
      expect(await code({ as: member(subject), path: `/v1/projects/${project}` })).toEqual([
        404,
        "authz.not_found",
      ])
    }
  })

  it("is 403 for a permission that its reader lacks, before body, name or state are judged", async () => {
    const viewer = member("viewer", projectGroupPath(project, "viewer"))
    for (const body of [{ name: "x" }, { name: "" }, "{", { name: "taken" }]) {
      expect(await rename(viewer, project, body)).toEqual([403, "authz.permission_denied"])
    }
    const developer = member("developer", projectGroupPath(project, "developer"))
    expect(await code({ as: developer, method: "DELETE", path: `/v1/projects/${project}` })).toEqual([
      403,
      "authz.permission_denied",
    ])
    expect((await plane.ask({ as: developer, path: `/v1/projects/${project}` })).status).toBe(200)
  })

  it("is 422 for a name that a project may not have, and 409 for one that another has", async () => {
    const other = await createProject(plane, member("owner"))
    expect(await rename(member("owner"), other, { name: "\u0000" })).toEqual([422, "request.invalid"])
    expect(await rename(member("owner"), other, { name: "taken" })).toEqual([
      409,
      "governance.project_name_taken",
    ])
  })

  it("is gone for good: whoever deletes it again gets 404", async () => {
    const id = await createProject(plane, member("owner"))
    const remove = () => code({ as: member("owner"), method: "DELETE", path: `/v1/projects/${id}` })
    const both = await Promise.all([remove(), remove()])
    expect(both.map(([status]) => status).sort()).toEqual([204, 404])
    expect(await remove()).toEqual([404, "authz.not_found"])
    expect(await rename(member("owner"), id, { name: "x" })).toEqual([404, "authz.not_found"])
  })

  it("is 400 where header and path name two projects", async () => {
    const path = `/v1/projects/${project}`
    expect(await code({ as: member("owner"), path, headers: { "x-project-id": missing } })).toEqual([
      400,
      "request.project_mismatch",
    ])
  })
})

describe("a list", () => {
  it.each(["limit=0", "limit=201", "limit=x", "limit=1&limit=2"])("is 422 for %s", async (query) => {
    expect(await code({ as: member("owner"), path: `/v1/projects?${query}` })).toEqual([
      422,
      "request.invalid",
    ])
  })

  const written = (list: string, place: unknown) =>
    Buffer.from(JSON.stringify([list, place])).toString("base64url")
  const yearZero = ["0000-01-01T00:00:00.000Z", "0198a1b2-0000-7000-8000-000000000001"]
  it.each(["x", "bnVsbA", "%00", "WyJtZW1iZXJzIiwxXQ", written("projects", yearZero)])(
    "is 400 for the cursor %s, which it did not write",
    async (cursor) => {
      expect(await code({ as: member("owner"), path: `/v1/projects?cursor=${cursor}` })).toEqual([
        400,
        "request.invalid_cursor",
      ])
    },
  )

  it("of organizations is 400 for a cursor that names none", async () => {
    const path = `/v1/organizations?cursor=${written("organizations", "\0")}`
    expect(await code({ as: member("owner"), path })).toEqual([400, "request.invalid_cursor"])
  })
})
