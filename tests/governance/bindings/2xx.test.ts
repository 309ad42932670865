import { groupId, type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  plane.realms.add(plane.acme, { subject: "f:ldap/ann b", groups: ["/teams/red & blue"] })
})
afterAll(() => plane.close())
beforeEach(async () => {
  project = await createProject(plane, member("owner"))
})

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const binding = (method: "PUT" | "DELETE", role: string, subject: string, as = member("admin")) =>
  plane.ask({ as, method, path: `/v1/projects/${project}/bindings/${role}/${subject}` })
const canRead = async (as: Principal) =>
  (await plane.ask({ as, path: `/v1/projects/${project}` })).status === 200
const subjects = async (role: string) => {
  const { json } = await plane.ask({
    as: member("admin"),
    path: `/v1/projects/${project}/bindings?limit=200`,
  })
  return json.items
    .filter((item: { role: string }) => item.role === role)
    .map((item: { subject: string }) => item.subject)
}

describe("PUT and DELETE /v1/projects/{id}/bindings/{role}/{subject}", () => {
  it("give a role and take it away again", async () => {
    const viewer = member("viewer")
    expect(await canRead(viewer)).toBe(false)
    expect((await binding("PUT", "viewer", viewer.id)).status).toBe(204)
    expect(await canRead(viewer)).toBe(true)
    expect((await binding("DELETE", "viewer", viewer.id)).status).toBe(204)
    expect(await canRead(viewer)).toBe(false)
  })

  it("take the subject as it is, or percent-encoded", async () => {
    const { id } = member("viewer")
    expect((await binding("PUT", "viewer", encodeURIComponent(id))).status).toBe(204)
    expect(await subjects("viewer")).toContain(id)
    expect((await binding("DELETE", "viewer", id)).status).toBe(204)
    expect(await subjects("viewer")).not.toContain(id)
  })

  it("change nothing where it is so already", async () => {
    const { id } = member("viewer")
    for (const _ of [1, 2]) expect((await binding("PUT", "operator", id)).status).toBe(204)
    expect((await subjects("operator")).filter((subject: string) => subject === id)).toHaveLength(1)
  })

  it("take a service account, and a realm group with everyone in it and below it", async () => {
    const service = { ...member("gatehouse-api") }
    expect((await binding("PUT", "developer", service.id)).status).toBe(204)
    expect(await canRead(service)).toBe(true)
    expect((await binding("PUT", "viewer", groupId(plane.acme, "/org-members"))).status).toBe(204)
    expect(await canRead(member("developer"))).toBe(true)
    expect(await canRead({ ...member("developer"), groups: ["/org-members/interns"] })).toBe(true)
  })

  it("take names with any character, once encoded as an id and once as a path", async () => {
    const ann = member("f:ldap/ann b")
    expect(ann.id).toBe(`user:${plane.acme}/f%3Aldap%2Fann%20b`)
    expect((await binding("PUT", "viewer", encodeURIComponent(ann.id))).status).toBe(204)
    expect(await canRead(ann)).toBe(true)
    const team = groupId(plane.acme, "/teams/red & blue")
    expect((await binding("PUT", "operator", encodeURIComponent(team))).status).toBe(204)
    expect(await subjects("operator")).toContain(team)
  })

  it("let an owner and an admin of the project make the change", async () => {
    const developer = member("developer")
    expect((await binding("PUT", "admin", developer.id)).status).toBe(204)
    expect((await binding("PUT", "viewer", member("viewer").id, developer)).status).toBe(204)
    const owner = { ...member("disabled"), groups: [projectGroupPath(project, "owner")] }
    expect((await binding("DELETE", "viewer", member("viewer").id, owner)).status).toBe(204)
  })

  it("take away a binding whose subject is gone from the directory", async () => {
    const ghost = `user:${plane.acme}/ghost`
    await plane.authorizer.write({
      writes: [{ user: ghost, relation: "viewer", object: `project:${project}` }],
    })
    expect((await binding("DELETE", "viewer", ghost)).status).toBe(204)
    expect(await subjects("viewer")).not.toContain(ghost)
  })
})

describe("GET /v1/projects/{id}/bindings", () => {
  it("pages through all of them, each once, for whoever may read the project", async () => {
    const viewer = { ...member("viewer"), groups: [projectGroupPath(project, "viewer")] }
    const seen: unknown[] = []
    let cursor = ""
    do {
      const { json } = await plane.ask({
        as: viewer,
        path: `/v1/projects/${project}/bindings?limit=2${cursor}`,
      })
      seen.push(...json.items)
      cursor = json.next_cursor === null ? "" : `&cursor=${json.next_cursor}`
    } while (cursor !== "")
    expect(seen).toHaveLength(7)
    expect(new Set(seen.map((item) => JSON.stringify(item))).size).toBe(7)
  })
})
