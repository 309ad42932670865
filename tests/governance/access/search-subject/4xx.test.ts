import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { afterAll, beforeAll, expect, it } from "vitest"
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
const question = () => ({
  subject: { type: "user" },
  action: { name: "can_read" },
  resource: { type: "project", id: project },
})
const ask = async (body: unknown, as = member("admin")) => {
  const { status, json } = await askAccess(plane, "searchSubject", as, body)
  return [status, json.code]
}
const malformed = [400, "authz.malformed_access_request"]

it.each(malformedBodies)("is 400 for %s", async (_what, body) => {
  expect(await ask(body)).toEqual(malformed)
})

it("is 400 without a member that the search needs", async () => {
  for (const more of [
    { subject: undefined },
    { subject: {} },
    { action: undefined },
    { action: {} },
    { resource: undefined },
    { resource: { type: "project" } },
    { page: "2" },
    { page: { limit: -1 } },
    { page: { limit: 1.5 } },
    { page: { limit: "1" } },
    { page: { token: 5 } },
    { page: { token: "x".repeat(3_000) } },
  ])
    expect(await ask({ ...question(), ...more }), JSON.stringify(more)).toEqual(malformed)
})

it("is 400 for a token that this search did not give, or gave for another question, limit or organization", async () => {
  const { json } = await askAccess(plane, "searchSubject", member("admin"), {
    ...question(),
    page: { limit: 1 },
  })
  const token = json.page.next_token
  expect(token).not.toBe("")
  const refused = [400, "request.invalid_cursor"]
  for (const [page, more] of [
    [{ token: "junk" }, {}],
    [{ token: `${token}x` }, {}],
    [{ token, limit: 2 }, {}],
    [{ token }, { action: { name: "can_write" } }],
    [{ token }, { resource: { type: "organization", id: plane.acme } }],
    [{ token }, { subject: { type: "service" } }],
    [{ token }, { context: { time: "now" } }],
    [{ token }, { resource: { ...question().resource, properties: { a: 1 } } }],
  ] as const)
    expect(await ask({ ...question(), ...more, page }), JSON.stringify(more)).toEqual(refused)
  expect((await ask({ ...question(), page: { token, limit: 1 } }))[0]).toBe(200)
  const other = {
    subject: { type: "user", id: "admin" },
    action: { name: "can_read" },
    resource: { type: "project" },
  }
  const { status } = await askAccess(plane, "searchResource", member("admin"), { ...other, page: { token } })
  expect(status).toBe(400)
})

it("is 403 for whoever does not manage users, whatever is searched: every search is about others", async () => {
  const owner = { ...member("viewer"), groups: [projectGroupPath(project, "owner")] }
  for (const as of [member("developer"), member("viewer"), owner]) {
    for (const more of [{}, { context: { a: "x".repeat(33_000) } }])
      expect(await ask({ ...question(), ...more }, as)).toEqual([403, "authz.permission_denied"])
    const unknown = { ...question(), resource: { type: "spaceship", id: "x" } }
    expect(await ask(unknown, as)).toEqual([403, "authz.permission_denied"])
  }
})

it("is 503, and no shorter list, while the directory can't be reached", async () => {
  plane.realms.setDown(true)
  try {
    expect(await ask(question())).toEqual([503, "authz.unavailable"])
    expect(await ask({ ...question(), subject: { type: "service" } })).toEqual([503, "authz.unavailable"])
  } finally {
    plane.realms.setDown(false)
  }
})
