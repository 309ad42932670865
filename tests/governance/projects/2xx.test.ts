import { organizationGroups, projectGroupPath, projectRoles } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme) => plane.realms.principal(organization, subject)

describe("POST /v1/projects", () => {
  it("creates a project and says where it is", async () => {
    const as = member("admin")
    const created = await plane.ask({ as, method: "POST", path: "/v1/projects", body: { name: "rocket" } })
    expect(created.status).toBe(201)
    expect(created.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "rocket",
      organization: plane.acme,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      created_by: as.id,
    })
    expect(created.headers.location).toBe(`/v1/projects/${created.json.id}`)
    const read = await plane.ask({ as, path: String(created.headers.location) })
    expect(read).toMatchObject({ status: 200, json: created.json })
  })

  it("binds the six groups from the start and makes whoever asked an owner", async () => {
    const as = member("owner")
    const id = await createProject(plane, as)
    for (const role of projectRoles) {
      expect(plane.realms.groups(plane.acme)).toContain(projectGroupPath(id, role))
    }
    const bindings = await plane.ask({ as, path: `/v1/projects/${id}/bindings` })
    const group = (role: string) => `group:${plane.acme}/projects/${id}/project-${role}s`
    expect(bindings.json.items).toEqual([
      { role: "owner", subject: group("owner") },
      { role: "owner", subject: as.id },
      ...projectRoles.filter((role) => role !== "owner").map((role) => ({ role, subject: group(role) })),
    ])
  })

  it("makes no binding of a platform administrator, whose own realm is another", async () => {
    const as = testPlatformAdministrator(plane.acme)
    const id = await createProject(plane, as)
    const bindings = await plane.ask({ as, path: `/v1/projects/${id}/bindings` })
    expect(bindings.json.items).toHaveLength(7)
    expect(JSON.stringify(bindings.json)).not.toContain("platform")
  })

  it("makes the organization's owners the owner where a platform administrator asked: no project is without one", async () => {
    const as = testPlatformAdministrator(plane.acme)
    const id = await createProject(plane, as)
    const path = `/v1/projects/${id}/bindings/owner`
    const organizationOwners = `group:${plane.acme}${organizationGroups.owner}`
    const bindings = await plane.ask({ as, path: `/v1/projects/${id}/bindings` })
    expect(bindings.json.items).toContainEqual({ role: "owner", subject: organizationOwners })

    const remove = (subject: string) => plane.ask({ as, method: "DELETE", path: `${path}/${subject}` })
    expect((await remove(organizationOwners)).json).toMatchObject({ code: "governance.last_owner" })
    plane.realms.add(plane.acme, { subject: "second-owner" })
    const other = member("second-owner").id
    expect((await plane.ask({ as, method: "PUT", path: `${path}/${other}` })).status).toBe(204)
    expect((await remove(organizationOwners)).status).toBe(204)
    expect((await remove(other)).json).toMatchObject({ code: "governance.last_owner" })
  })

  it("takes the same name in two organizations, and another organization's id in a body changes nothing", async () => {
    for (const organization of [plane.acme, plane.globex]) {
      const as = member("owner", organization)
      const { status, json } = await plane.ask({
        as,
        method: "POST",
        path: "/v1/projects",
        body: { name: "same" },
        headers: { "x-org-id": plane.acme, "x-tenant-id": plane.acme, host: `${plane.acme}.localhost` },
      })
      expect(status).toBe(201)
      expect(json.organization).toBe(organization)
    }
  })

  it("answers everyone who asks for one name at once, and makes one project", async () => {
    const as = member("owner")
    const asked = await Promise.all(
      Array.from({ length: 8 }, () =>
        plane.ask({ as, method: "POST", path: "/v1/projects", body: { name: "raced" } }),
      ),
    )
    expect(asked.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
    const { json } = await plane.ask({ as, path: "/v1/projects?limit=200" })
    expect(json.items.filter(({ name }: { name: string }) => name === "raced")).toHaveLength(1)
  })
})

describe("GET /v1/projects", () => {
  it("lists what one can read, page by page, each once, oldest first", async () => {
    const owner = member("owner", plane.globex)
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) ids.push(await createProject(plane, owner))
    const seen: string[] = []
    let query = "?limit=3"
    for (let pages = 0; pages < 20; pages += 1) {
      const { status, json } = await plane.ask({ as: owner, path: `/v1/projects${query}` })
      expect(status).toBe(200)
      seen.push(...json.items.map(({ id }: { id: string }) => id))
      if (json.next_cursor === null) break
      query = `?limit=3&cursor=${json.next_cursor}`
    }
    expect(seen.slice(-7)).toEqual(ids)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it("shows a member only the projects in which it holds a role", async () => {
    const owner = member("owner")
    const [open, closed] = [await createProject(plane, owner), await createProject(plane, owner)]
    const viewer = { ...member("viewer"), groups: [projectGroupPath(open, "viewer")] }
    const { json } = await plane.ask({ as: viewer, path: "/v1/projects?limit=200" })
    const listed = json.items.map(({ id }: { id: string }) => id)
    expect(listed).toEqual([open])
    expect(listed).not.toContain(closed)
    expect((await plane.ask({ as: member("developer"), path: "/v1/projects" })).json).toEqual({
      items: [],
      next_cursor: null,
    })
  })
})

describe("PATCH /v1/projects/{id}", () => {
  it("renames, for whoever may write, and keeps everything else", async () => {
    const id = await createProject(plane, member("owner"))
    const developer = { ...member("developer"), groups: [projectGroupPath(id, "developer")] }
    const before = await plane.ask({ as: developer, path: `/v1/projects/${id}` })
    const renamed = await plane.ask({
      as: developer,
      method: "PATCH",
      path: `/v1/projects/${id}`,
      body: { name: "Rakete äöü 🚀" },
    })
    expect(renamed.status).toBe(200)
    expect(renamed.json).toEqual({ ...before.json, name: "Rakete äöü 🚀", updated_at: expect.any(String) })
  })
})

describe("DELETE /v1/projects/{id}", () => {
  it("removes the project, its bindings, its groups and its place in the organization", async () => {
    const as = member("admin")
    const id = await createProject(plane, as)
    expect((await plane.ask({ as, method: "DELETE", path: `/v1/projects/${id}` })).status).toBe(204)
    expect((await plane.ask({ as, path: `/v1/projects/${id}` })).status).toBe(404)
    expect(plane.realms.groups(plane.acme).filter((path) => path.includes(id))).toEqual([])
    const left = []
    for await (const tuple of plane.authorizer.read({ object: `project:${id}` })) left.push(tuple)
    expect(left).toEqual([])
  })

  it("frees the name", async () => {
    const as = member("admin")
    const id = await createProject(plane, as, "again")
    await plane.ask({ as, method: "DELETE", path: `/v1/projects/${id}` })
    const second = await createProject(plane, as, "again")
    expect(second).not.toBe(id)
  })
})
