import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess, withoutIds } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
let foreign: ProjectUuid
const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c33ff"

beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
  foreign = await createProject(plane, member("owner", plane.globex))
  plane.realms.add(plane.acme, { subject: "vera", groups: [projectGroupPath(project, "viewer")] })
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const ask = (as: Principal, subject: string, action: string, resource: string, more: object = {}) => {
  const [type = "", id = ""] = resource.split(/:(.*)/)
  const body = {
    subject: { type: "user", id: subject },
    action: { name: action },
    resource: { type, id },
    ...more,
  }
  return askAccess(plane, "evaluation", as, body)
}

describe("POST /access/v1/evaluation", () => {
  it("answers anyone about themselves, with the decision's id in body, header and log", async () => {
    const yes = await ask(member("vera"), "vera", "can_read", `project:${project}`)
    expect([yes.status, yes.json]).toEqual([
      200,
      { decision: true, context: { decision_id: yes.headers["x-decision-id"] } },
    ])
    expect(yes.headers["content-type"]).toMatch(/^application\/json/)
    const no = await ask(member("vera"), "vera", "can_write", `project:${project}`)
    expect(no.json).toEqual({
      decision: false,
      context: { decision_id: no.headers["x-decision-id"], reason: "denied" },
    })
    expect(plane.log.filter(({ decisionId }) => decisionId === no.json.context.decision_id)).not.toEqual([])
  })

  it("takes an id as the store writes it, and the subject alone for the asker's own organization", async () => {
    for (const id of ["vera", `${plane.acme}/vera`])
      for (const as of [member("vera"), member("admin")])
        expect((await ask(as, id, "can_read", `project:${project}`)).json.decision).toBe(true)
  })

  it("answers about others as the directory describes them now, for whoever may manage users", async () => {
    for (const as of [member("admin"), testPlatformAdministrator(plane.acme)]) {
      expect((await ask(as, "vera", "can_read", `project:${project}`)).json.decision).toBe(true)
      expect((await ask(as, "vera", "can_write", `project:${project}`)).json.decision).toBe(false)
    }
    const service = { subject: { type: "service", id: "gatehouse-api" } }
    const before = await ask(member("admin"), "", "can_read", `project:${project}`, service)
    expect(before.json.decision).toBe(false)
    const path = `/v1/projects/${project}/bindings/operator/service:${plane.acme}/gatehouse-api`
    expect((await plane.ask({ as: member("admin"), method: "PUT", path })).status).toBe(204)
    for (const [action, decision] of [
      ["can_execute", true],
      ["can_write", false],
    ] as const)
      expect((await ask(member("admin"), "", action, `project:${project}`, service)).json.decision).toBe(
        decision,
      )
  })

  it("knows the organization's own permissions", async () => {
    const organization = `organization:${plane.acme}`
    expect(
      (await ask(member("developer"), "developer", "can_create_scans", organization)).json.decision,
    ).toBe(true)
    expect((await ask(member("viewer"), "viewer", "can_create_scans", organization)).json.decision).toBe(
      false,
    )
  })

  it("says no, with one body, for what is missing, foreign, malformed, of another type or not visible", async () => {
    const nothing = { decision: false, context: { reason: "not_found" } }
    for (const resource of [
      `project:${missing}`,
      `project:${foreign}`,
      "project:x",
      "project:",
      `organization:${plane.globex}`,
      "organization:X",
      "spaceship:enterprise",
      "__proto__:x",
      `sbom:${missing}`,
    ]) {
      const { status, json } = await ask(member("owner"), "owner", "can_read", resource)
      expect([status, withoutIds(json)], resource).toEqual([200, nothing])
    }
    const unseen = await ask(member("developer"), "developer", "can_read", `project:${project}`)
    expect(withoutIds(unseen.json)).toEqual(nothing)
  })

  it("says no, with one body, for a subject of another organization and for one that does not exist", async () => {
    const nothing = { decision: false, context: { reason: "not_found" } }
    for (const id of [
      "nobody",
      `${plane.acme}/nobody`,
      "disabled",
      `${plane.globex}/owner`,
      "platform/operator",
      "a/b/c",
      "x#member",
      "*",
      "",
    ]) {
      const { status, json } = await ask(member("admin"), id, "can_read", `organization:${plane.acme}`)
      expect([status, withoutIds(json)], id).toEqual([200, nothing])
    }
    for (const type of ["group", "spaceship", "api_key", "constructor", "service"]) {
      const subject = { subject: { type, id: "vera" } }
      const { json } = await ask(member("admin"), "", "can_read", `project:${project}`, subject)
      expect(withoutIds(json), type).toEqual(nothing)
    }
  })

  it("says no for an action that the type does not have, and for a relation that is no permission", async () => {
    for (const action of ["can_manage_users", "owner", "constructor", "", "read"]) {
      const { status, json } = await ask(member("owner"), "owner", action, `project:${project}`)
      expect([status, withoutIds(json)]).toEqual([
        200,
        { decision: false, context: { reason: "unknown_action" } },
      ])
    }
  })

  it("ignores members that it does not know, in every place", async () => {
    const known = { type: "user", id: "vera", futureField: 1 }
    const resource = { type: "project", id: project, page: {} }
    const body = { subject: known, action: { name: "can_read", x: null }, resource, foo: "bar", options: 5 }
    const { status, json } = await askAccess(plane, "evaluation", member("vera"), body)
    expect([status, json.decision]).toEqual([200, true])
  })

  it("is the same each time it is asked", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask(member("vera"), "vera", "can_read", `project:${project}`)),
    )
    expect(answers.map(({ json }) => json.decision)).toEqual(Array(5).fill(true))
  })

  it("gives the caller's request id back, whatever characters it has", async () => {
    for (const id of ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "1", 'a b"c\\{}', "x".repeat(256)]) {
      const body = { subject: { type: "user", id: "vera" }, action: { name: "can_read" } }
      for (const resource of [{ type: "project", id: project }, undefined]) {
        const asked = { ...body, resource }
        const { headers } = await askAccess(plane, "evaluation", member("vera"), asked, {
          "x-request-id": id,
        })
        expect(headers["x-request-id"]).toBe(id)
      }
    }
    const { headers } = await ask(member("vera"), "vera", "can_read", `project:${project}`)
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe("facts that the caller supplies", () => {
  it("never make a group, a role, a parent or an organization", async () => {
    const claims = {
      groups: [projectGroupPath(project, "owner"), "/org-owners"],
      realm_roles: ["tenant-admin", "platform-admin"],
      realm_access: { roles: ["tenant-admin"] },
      role: "owner",
      organization: plane.acme,
      org_id: plane.acme,
      project,
      parent: `project:${project}`,
    }
    const tuples = [
      { user: member("viewer").id, relation: "owner", object: `project:${project}` },
      { user: member("viewer").id, relation: "platform_admin", object: `organization:${plane.acme}` },
    ]
    const more = {
      subject: { type: "user", id: "viewer", properties: claims },
      context: { ...claims, contextual_tuples: { tuple_keys: tuples }, contextualTuples: tuples },
      contextual_tuples: { tuple_keys: tuples },
      contextualTuples: tuples,
    }
    for (const [action, resource] of [
      ["can_read", `project:${project}`],
      ["can_delete", `project:${project}`],
      ["can_manage_users", `organization:${plane.acme}`],
      ["can_manage_system", `organization:${plane.acme}`],
      ["can_read", `project:${foreign}`],
      ["can_read", `sbom:${missing}`],
    ] as const) {
      const { status, json } = await ask(member("viewer"), "", action, resource, more)
      expect([status, json.decision], `${action} ${resource}`).toEqual([200, false])
    }
  })

  it("change nothing where no condition asks for them", async () => {
    const more = {
      subject: { type: "user", id: "vera", properties: { department: "Sales", ip_address: "172.217.22.14" } },
      action: { name: "can_read", properties: { method: "GET" } },
      context: { time: "1985-10-26T01:22-07:00" },
    }
    expect((await ask(member("vera"), "", "", `project:${project}`, more)).json.decision).toBe(true)
  })
})
