import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
const projects: ProjectUuid[] = []
beforeAll(async () => {
  plane = await startTestPlane()
  for (let index = 0; index < 5; index++) projects.push(await createProject(plane, member("owner")))
  const foreign = await createProject(plane, member("owner", plane.globex))
  const groups = [
    projectGroupPath(at(0), "viewer"),
    projectGroupPath(at(2), "developer"),
    projectGroupPath(at(4), "viewer"),
    projectGroupPath(foreign, "owner"),
  ]
  plane.realms.add(plane.acme, { subject: "vera", groups })
  // A binding that crosses organizations, were it ever stored, finds nothing.
  const writes = [{ user: member("vera").id, relation: "owner", object: `project:${foreign}` }]
  await plane.authorizer.write({ writes })
})
afterAll(() => plane.close())

const at = (index: number): ProjectUuid => projects[index] as ProjectUuid
const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const search = async (
  as: Principal,
  subject: string,
  action: string,
  type = "project",
  more: object = {},
) => {
  const body = {
    subject: { type: "user", id: subject },
    action: { name: action },
    resource: { type },
    ...more,
  }
  const { status, json } = await askAccess(plane, "searchResource", as, body)
  expect(status).toBe(200)
  return json
}
const found = (...ids: string[]) => ({
  page: { next_token: "", count: ids.length },
  results: ids.map((id) => ({ type: "project", id })),
})

describe("POST /access/v1/search/resource", () => {
  it("finds the projects on which one may, oldest first, and none of another organization", async () => {
    for (const as of [member("vera"), member("admin"), testPlatformAdministrator(plane.acme)]) {
      expect(await search(as, "vera", "can_read")).toEqual(found(at(0), at(2), at(4)))
      expect(await search(as, "vera", "can_write")).toEqual(found(at(2)))
      expect(await search(as, "vera", "can_delete")).toEqual(found())
    }
    expect(await search(member("admin"), "owner", "can_delete")).toEqual(found(...projects))
  })

  it("finds the organization itself by its own permissions", async () => {
    const organization = {
      page: { next_token: "", count: 1 },
      results: [{ type: "organization", id: plane.acme }],
    }
    expect(await search(member("developer"), "developer", "can_create_scans", "organization")).toEqual(
      organization,
    )
    expect(await search(member("admin"), "developer", "can_read", "organization")).toEqual(organization)
    expect(await search(member("viewer"), "viewer", "can_create_scans", "organization")).toEqual(found())
  })

  it("ignores an id of the resource", async () => {
    const resource = { type: "project", id: at(1) }
    expect(await search(member("vera"), "vera", "can_write", "", { resource })).toEqual(found(at(2)))
  })

  it("finds nothing, with one body, for a subject, type or action that there is none of, and a foreign subject", async () => {
    for (const [subject, action, type] of [
      ["nobody", "can_read", "project"],
      ["disabled", "can_read", "project"],
      [`${plane.globex}/owner`, "can_read", "project"],
      ["platform/operator", "can_read", "project"],
      ["vera", "can_manage_users", "project"],
      ["vera", "owner", "project"],
      ["vera", "can_read", "sbom"],
      ["vera", "can_read", "spaceship"],
    ] as const)
      expect(await search(member("admin"), subject, action, type), `${subject} ${action} ${type}`).toEqual(
        found(),
      )
  })

  it("takes no project, group or role from what the caller supplies", async () => {
    const properties = {
      groups: [projectGroupPath(at(1), "owner")],
      realm_roles: ["tenant-admin"],
      project: at(1),
    }
    const more = { subject: { type: "user", id: "vera", properties }, context: properties }
    expect(await search(member("vera"), "", "can_read", "project", more)).toEqual(found(at(0), at(2), at(4)))
  })

  it("pages without losing or repeating any", async () => {
    const ids: string[] = []
    let page: object = { limit: 2 }
    for (;;) {
      const answer = await search(member("vera"), "vera", "can_read", "project", { page })
      ids.push(...answer.results.map(({ id }: { id: string }) => id))
      if (answer.page.next_token === "") break
      page = { token: answer.page.next_token }
    }
    expect(ids).toEqual([at(0), at(2), at(4)])
  })
})
