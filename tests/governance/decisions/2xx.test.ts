import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
let foreign: ProjectUuid
const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c33ff"

beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
  foreign = await createProject(plane, member("owner", plane.globex))
  plane.realms.add(plane.acme, {
    subject: "vera",
    groups: [projectGroupPath(project, "viewer")],
    realmRoles: ["viewer"],
  })
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const check = (as: Principal, permission: string, object: string, principal?: string) =>
  plane.ask({
    as,
    method: "POST",
    path: "/v1/check",
    body: { permission, object, ...(principal === undefined ? {} : { principal }) },
  })
const explain = (as: Principal, permission: string, object: string, principal?: string) => {
  const query = new URLSearchParams({ permission, object, ...(principal === undefined ? {} : { principal }) })
  return plane.ask({ as, path: `/v1/explain?${query}` })
}

describe("POST /v1/check", () => {
  it("answers anyone about themselves, with the decision's id in body, header and log", async () => {
    const yes = await check(member("vera"), "can_read", `project:${project}`)
    expect(yes).toMatchObject({ status: 200, json: { allowed: true } })
    const no = await check(member("vera"), "can_write", `project:${project}`)
    expect(no.json).toEqual({ allowed: false, decision_id: no.headers["x-decision-id"] })
    expect(plane.log.filter(({ decisionId }) => decisionId === no.json.decision_id)).not.toEqual([])
  })

  it("takes one's own id for oneself", async () => {
    const vera = member("vera")
    expect((await check(vera, "can_read", `project:${project}`, vera.id)).json.allowed).toBe(true)
  })

  it("answers about others as the directory describes them now, for whoever may manage users", async () => {
    expect(
      (await check(member("admin"), "can_read", `project:${project}`, member("vera").id)).json.allowed,
    ).toBe(true)
    expect(
      (await check(member("admin"), "can_write", `project:${project}`, member("vera").id)).json.allowed,
    ).toBe(false)
    expect(
      (
        await check(
          testPlatformAdministrator(plane.acme),
          "can_read",
          `project:${project}`,
          member("vera").id,
        )
      ).json.allowed,
    ).toBe(true)
  })

  it("answers no, in one way, for what is missing, foreign, malformed or not visible", async () => {
    for (const object of [
      `project:${missing}`,
      `project:${foreign}`,
      "project:x",
      `organization:${plane.globex}`,
      "organization:X",
    ]) {
      const { status, json } = await check(member("owner"), "can_read", object)
      expect([status, json.allowed]).toEqual([200, false])
    }
    for (const principal of [
      member("owner", plane.globex).id,
      `user:${plane.acme}/nobody`,
      `user:${plane.acme}/disabled`,
      "user:platform/operator",
      `api_key:${plane.acme}/k`,
    ]) {
      const { status, json } = await check(
        member("admin"),
        "can_read",
        `organization:${plane.acme}`,
        principal,
      )
      expect([status, json.allowed], principal).toEqual([200, false])
    }
  })

  it("knows the organization's own permissions", async () => {
    expect(
      (await check(member("developer"), "can_create_scans", `organization:${plane.acme}`)).json.allowed,
    ).toBe(true)
    expect(
      (await check(member("viewer"), "can_create_scans", `organization:${plane.acme}`)).json.allowed,
    ).toBe(false)
  })
})

describe("GET /v1/explain", () => {
  it("shows the path from permission to principal where the answer is yes", async () => {
    const { status, json } = await explain(member("vera"), "can_read", `project:${project}`)
    expect(status).toBe(200)
    expect(json.allowed).toBe(true)
    expect(json.tree).toBeUndefined()
    const group = `group:${plane.acme}/projects/${project}/project-viewers`
    expect(json.path).toContainEqual({
      kind: "tuple",
      object: `project:${project}`,
      relation: "viewer",
      user: `${group}#member`,
      stored: true,
    })
    expect(json.path).toContainEqual({
      kind: "tuple",
      object: group,
      relation: "member",
      user: member("vera").id,
      stored: false,
    })
  })

  it("shows what was tried and the smallest grant where the answer is no; the grant then allows it", async () => {
    const vera = member("vera")
    const { json } = await explain(vera, "can_write", `project:${project}`)
    expect(json.allowed).toBe(false)
    expect(json.tree).toMatchObject({ object: `project:${project}`, relation: "can_write", outcome: "false" })
    expect(json.suggestion).toMatchObject({ binding: { project, role: "developer", subject: vera.id } })
    const { role, subject } = json.suggestion.binding
    const as = member("admin")
    const path = `/v1/projects/${project}/bindings/${role}/${subject}`
    expect((await plane.ask({ as, method: "PUT", path })).status).toBe(204)
    expect((await check(vera, "can_write", `project:${project}`)).json.allowed).toBe(true)
    expect((await plane.ask({ as, method: "DELETE", path })).status).toBe(204)
    expect((await check(vera, "can_write", `project:${project}`)).json.allowed).toBe(false)
  })

  it.each([
    ["can_execute", "operator"],
    ["can_write", "developer"],
    ["can_delete", "admin"],
    ["can_manage_secrets", "admin"],
    ["can_manage_bindings", "admin"],
  ])("suggests for %s no more than the role %s", async (permission, role) => {
    const { json } = await explain(member("vera"), permission, `project:${project}`)
    expect(json.suggestion.binding.role).toBe(role)
  })

  it("suggests a realm role for what belongs to no project, and nothing where no role of the realm would do", async () => {
    const object = `organization:${plane.acme}`
    expect((await explain(member("viewer"), "can_create_scans", object)).json.suggestion).toMatchObject({
      realm_role: "developer",
    })
    expect((await explain(member("viewer"), "can_manage_users", object)).json.suggestion).toMatchObject({
      realm_role: "tenant-admin",
    })
    expect((await explain(member("admin"), "can_manage_system", object)).json.suggestion).toBeUndefined()
  })

  it("explains what is missing, foreign or not visible by the question's own words alone", async () => {
    for (const [as, object] of [
      [member("owner"), `project:${missing}`],
      [member("owner"), `project:${foreign}`],
      [member("owner"), "project:x"],
      [member("developer"), `project:${project}`],
    ] as const) {
      const { status, json } = await explain(as, "can_write", object)
      const { decision_id, ...answer } = json
      expect(decision_id).toEqual(expect.any(String))
      expect([status, answer]).toEqual([
        200,
        { allowed: false, tree: { rule: "not_found", object, relation: "can_write", outcome: "false" } },
      ])
    }
  })

  it("explains others like what does not exist where they are of another organization", async () => {
    const object = `project:${project}`
    const answers = []
    for (const principal of [
      `user:${plane.acme}/nobody`,
      member("owner", plane.globex).id,
      "user:platform/operator",
    ]) {
      const { json } = await explain(member("admin"), "can_read", object, principal)
      const { decision_id: _id, ...answer } = json
      answers.push(answer)
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  it("shows relationships of others to those alone who may manage users", async () => {
    const secret = member("developer").id
    const as = member("admin")
    const path = `/v1/projects/${project}/bindings/operator/${secret}`
    await plane.ask({ as, method: "PUT", path })
    const own = await explain(member("vera"), "can_execute", `project:${project}`)
    expect(own.json.tree).toBeDefined()
    expect(JSON.stringify(own.json)).not.toContain(secret)
    expect(JSON.stringify(own.json)).not.toContain("project-owners")
    expect(JSON.stringify(own.json)).not.toContain("service:")
    await plane.ask({ as, method: "DELETE", path })
  })

  it("never names anything of another organization", async () => {
    const user = member("owner", plane.globex).id
    const object = `project:${project}`
    await plane.authorizer.write({ writes: [{ user, relation: "operator", object }] })
    const { json } = await explain(member("admin"), "can_execute", object, member("vera").id)
    expect(json.tree).toBeDefined()
    expect(JSON.stringify(json)).not.toContain(plane.globex)
    await plane.authorizer.write({ deletes: [{ user, relation: "operator", object }] })
  })
})
