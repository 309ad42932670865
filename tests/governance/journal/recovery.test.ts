import { type Principal, projectGroupPath, projectRoles } from "@gatehouse/contracts"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())
beforeEach(() => {
  plane.faults.clear()
})

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const listed = async () => {
  const { json } = await plane.ask({ as: member("owner"), path: "/v1/projects?limit=200" })
  return json.items as { id: string; name: string }[]
}
const tuplesOf = async (id: string) => {
  const found = []
  for await (const tuple of plane.authorizer.read({ object: `project:${id}` })) found.push(tuple)
  return found
}
const linked = async () => {
  const found = []
  const user = `organization:${plane.acme}`
  for await (const { object } of plane.authorizer.read({
    user,
    relation: "organization",
    object: "project:",
  }))
    found.push(object.replace("project:", ""))
  return found
}

describe("a project's creation", () => {
  it.each(["ensureProjectGroups", "before write", "after write"])(
    "that ends at %s is completed by the next start",
    async (step) => {
      const name = `killed at ${step}`
      plane.faults.at(step)
      const asked = await plane.ask({
        as: member("owner"),
        method: "POST",
        path: "/v1/projects",
        body: { name },
      })
      expect(asked).toMatchObject({ status: 503, json: { code: "governance.incomplete" } })
      expect((await listed()).map((project) => project.name)).not.toContain(name)
      plane.faults.clear()
      await plane.restart()
      const project = (await listed()).find((candidate) => candidate.name === name)
      expect(project).toBeDefined()
      const id = project?.id ?? ""
      expect(await tuplesOf(id)).toHaveLength(8)
      for (const role of projectRoles)
        expect(plane.realms.groups(plane.acme)).toContain(projectGroupPath(id, role))
      expect((await plane.ask({ as: member("owner"), path: `/v1/projects/${id}` })).status).toBe(200)
    },
  )

  it("holds its name from the first step on", async () => {
    plane.faults.at("ensureProjectGroups")
    const ask = () =>
      plane.ask({ as: member("owner"), method: "POST", path: "/v1/projects", body: { name: "held" } })
    expect((await ask()).status).toBe(503)
    plane.faults.clear()
    expect((await ask()).json.code).toBe("governance.project_name_taken")
    await plane.restart()
    expect((await listed()).filter(({ name }) => name === "held")).toHaveLength(1)
  })

  it("that was never committed leaves nothing", async () => {
    plane.faults.at("commit")
    const before = await listed()
    const asked = await plane.ask({
      as: member("owner"),
      method: "POST",
      path: "/v1/projects",
      body: { name: "never" },
    })
    expect(asked.status).toBe(500)
    plane.faults.clear()
    await plane.restart()
    expect(await listed()).toEqual(before)
  })
})

describe("a project's deletion", () => {
  it.each(["before write", "after write", "removeProjectGroups", "before link", "after link"])(
    "that ends at %s is completed by the next start",
    async (step) => {
      const id = await createProject(plane, member("owner"))
      plane.faults.at(step)
      const asked = await plane.ask({ as: member("owner"), method: "DELETE", path: `/v1/projects/${id}` })
      expect(asked).toMatchObject({ status: 503, json: { code: "governance.incomplete" } })
      expect((await plane.ask({ as: member("owner"), path: `/v1/projects/${id}` })).status).toBe(404)
      plane.faults.clear()
      await plane.restart()
      expect(await tuplesOf(id)).toEqual([])
      expect(plane.realms.groups(plane.acme).filter((path) => path.includes(id))).toEqual([])
      expect((await listed()).map((project) => project.id)).not.toContain(id)
    },
  )
})

describe("a binding's change", () => {
  it.each(["before write", "after write"])("that ends %s is completed by the next start", async (step) => {
    const id = await createProject(plane, member("owner"))
    const viewer = member("viewer")
    const path = `/v1/projects/${id}/bindings/viewer/${viewer.id}`
    plane.faults.at(step)
    const asked = await plane.ask({ as: member("owner"), method: "PUT", path })
    expect(asked).toMatchObject({ status: 503, json: { code: "governance.incomplete" } })
    plane.faults.clear()
    await plane.restart()
    expect((await plane.ask({ as: viewer, path: `/v1/projects/${id}` })).status).toBe(200)
  })

  it("that waits is overtaken by a later one of the same binding", async () => {
    const id = await createProject(plane, member("owner"))
    const viewer = member("viewer")
    const path = `/v1/projects/${id}/bindings/viewer/${viewer.id}`
    plane.faults.at("before write")
    expect((await plane.ask({ as: member("owner"), method: "PUT", path })).status).toBe(503)
    plane.faults.clear()
    expect((await plane.ask({ as: member("owner"), method: "DELETE", path })).status).toBe(204)
    await plane.restart()
    expect((await plane.ask({ as: viewer, path: `/v1/projects/${id}` })).status).toBe(404)
  })

  it("that was never committed counts for nothing, and is not made up for later", async () => {
    const id = await createProject(plane, member("owner"))
    const ask = (method: "PUT" | "DELETE", subject: string) =>
      plane.ask({
        as: member("owner"),
        method,
        path: `/v1/projects/${id}/bindings/owner/${member(subject).id}`,
      })
    expect((await ask("PUT", "developer")).status).toBe(204)
    plane.faults.at("commit")
    expect((await ask("DELETE", "developer")).status).toBe(500)
    plane.faults.clear()
    expect((await ask("DELETE", "owner")).status).toBe(204)
    await plane.restart()
    const owners = (await tuplesOf(id)).filter(({ relation }) => relation === "owner")
    expect(owners.map(({ user }) => user)).toContain(member("developer").id)
    expect(await plane.pendingChanges()).toBe(0)
  })

  it("that waits counts for the last owner: a removal under way is no owner any more", async () => {
    const id = await createProject(plane, member("owner"))
    const other = member("developer").id
    const path = (subject: string) => `/v1/projects/${id}/bindings/owner/${subject}`
    expect((await plane.ask({ as: member("owner"), method: "PUT", path: path(other) })).status).toBe(204)
    plane.faults.at("before write")
    expect((await plane.ask({ as: member("owner"), method: "DELETE", path: path(other) })).status).toBe(503)
    plane.faults.clear()
    const last = await plane.ask({ as: member("owner"), method: "DELETE", path: path(member("owner").id) })
    expect(last.json?.code).toBe("governance.last_owner")
    await plane.restart()
    const owners = (await tuplesOf(id)).filter(
      ({ relation, user }) => relation === "owner" && !user.startsWith("group:"),
    )
    expect(owners.map(({ user }) => user)).toEqual([member("owner").id])
  })
})

describe("after every recovery", () => {
  it("the store names as projects exactly those that have a row", async () => {
    const rows = await listed()
    expect((await linked()).sort()).toEqual(rows.map(({ id }) => id).sort())
    expect(await plane.pendingChanges()).toBe(0)
  })

  it("each change at an outside engine has its intent before and its outcome after, in the audit log", async () => {
    const records = await plane.auditRecords(plane.acme)
    const byChange = new Map<string, string[]>()
    for (const { details, outcome, action } of records) {
      const id = details.change_id
      if (id !== undefined) byChange.set(id, [...(byChange.get(id) ?? []), `${action} ${outcome}`])
    }
    expect(byChange.size).toBeGreaterThan(8)
    for (const outcomes of byChange.values()) {
      expect(outcomes[0]).toMatch(/ intent$/)
      expect(outcomes.slice(1)).not.toEqual([])
      expect(outcomes.slice(1).every((outcome) => /^(\S+) (?:done|failed)$/.test(outcome))).toBe(true)
    }
    // The change that a later one overtook was never carried out.
    const overtaken = [...byChange.values()].filter((outcomes) => outcomes.includes("binding.add failed"))
    expect(overtaken).toEqual([["binding.add intent", "binding.add failed"]])
  })
})
