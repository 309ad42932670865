import {
  organizationMatrix,
  type Principal,
  type ProjectUuid,
  projectGroupPath,
  projectMatrix,
  projectRoles,
} from "@gatehouse/contracts"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
let foreign: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
  foreign = await createProject(plane, member("owner", plane.globex))
  const holders = projectRoles.map((role) => ({ subject: role, groups: [projectGroupPath(project, role)] }))
  plane.realms.add(
    plane.acme,
    ...holders.map(({ subject, groups }) => ({ subject: `project-${subject}`, groups })),
  )
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const search = async (as: Principal, subject: string, resource: string, more: object = {}) => {
  const [type = "", id = ""] = resource.split(/:(.*)/)
  const body = { subject: { type: "user", id: subject }, resource: { type, id }, ...more }
  const { status, json } = await askAccess(plane, "searchAction", as, body)
  expect(status).toBe(200)
  return json
}
const namesOf = ({ results }: { results: { name: string }[] }) => results.map(({ name }) => name)

describe("POST /access/v1/search/action", () => {
  it.each(projectRoles)(
    "finds for a project's %s what the matrix says, asked by oneself or by others",
    async (role) => {
      const rows = Object.entries({ ...projectMatrix, can_manage_bindings: ["owner", "admin"] })
      const expected = rows
        .filter(([, holders]) => (holders as readonly string[]).includes(role))
        .map(([name]) => name)
      for (const as of [member(`project-${role}`), member("admin")]) {
        const answer = await search(as, `project-${role}`, `project:${project}`)
        expect(namesOf(answer)).toEqual(expected)
        expect(answer.page).toEqual({ next_token: "", count: expected.length })
      }
    },
  )

  it.each(["admin", "developer", "viewer"])(
    "finds for the organization's %s what the matrix says",
    async (subject) => {
      const role = subject === "admin" ? "tenant-admin" : subject
      const rows = Object.entries(organizationMatrix) as [string, readonly string[]][]
      const expected = rows.filter(([, holders]) => holders.includes(role)).map(([name]) => name)
      const answer = await search(member("admin"), subject, `organization:${plane.acme}`)
      expect(namesOf(answer)).toEqual(["can_read", ...expected])
    },
  )

  it("finds nothing, with one body, for what is missing, foreign or not visible, and for nobody", async () => {
    const nothing = { page: { next_token: "", count: 0 }, results: [] }
    for (const [subject, resource] of [
      ["admin", `project:${foreign}`],
      ["admin", "project:3f2504e0-4f89-41d3-9a0c-0305e82c33ff"],
      ["admin", `organization:${plane.globex}`],
      ["admin", "spaceship:x"],
      ["admin", "sbom:3f2504e0-4f89-41d3-9a0c-0305e82c33ff"],
      ["nobody", `project:${project}`],
      ["disabled", `organization:${plane.acme}`],
      [`${plane.globex}/owner`, `organization:${plane.acme}`],
      ["developer", `project:${project}`],
    ] as const)
      expect(await search(member("admin"), subject, resource), `${subject} ${resource}`).toEqual(nothing)
    expect(await search(member("developer"), "developer", `project:${project}`)).toEqual(nothing)
  })

  it("takes a context, and no rights from it", async () => {
    const more = { context: { time: "2024-10-26T01:22-07:00", realm_roles: ["tenant-admin"] } }
    const answer = await search(member("project-viewer"), "project-viewer", `project:${project}`, more)
    expect(namesOf(answer)).toEqual(["can_read"])
  })

  it("pages where a limit is given", async () => {
    const names: string[] = []
    let page: object = { limit: 4 }
    for (;;) {
      const answer = await search(member("admin"), "project-owner", `project:${project}`, { page })
      names.push(...namesOf(answer))
      if (answer.page.next_token === "") break
      page = { token: answer.page.next_token }
    }
    expect(names).toEqual([...Object.keys(projectMatrix), "can_manage_bindings"])
  })
})
