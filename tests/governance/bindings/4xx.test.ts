import { groupId, type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())
beforeEach(async () => {
  project = await createProject(plane, member("owner"))
})

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const own = () => groupId(plane.acme, projectGroupPath(project, "owner"))
async function change(
  method: "PUT" | "DELETE",
  role: string,
  subject: string,
  as = member("admin"),
  id: string = project,
) {
  const { status, json } = await plane.ask({
    as,
    method,
    path: `/v1/projects/${id}/bindings/${role}/${subject}`,
  })
  return [status, json?.code]
}
const owners = async () => {
  const { json } = await plane.ask({
    as: member("admin"),
    path: `/v1/projects/${project}/bindings?limit=200`,
  })
  return json.items
    .filter((item: { role: string }) => item.role === "owner")
    .map((item: { subject: string }) => item.subject)
}

describe("changing a binding", () => {
  it("is 404 without reading the project, and 403 without managing its bindings, before anything is judged", async () => {
    const developer = { ...member("developer"), groups: [projectGroupPath(project, "developer")] }
    for (const [role, subject] of [
      ["viewer", member("viewer").id],
      ["no-such-role", "junk"],
      ["owner", `user:${plane.globex}/owner`],
    ] as const) {
      expect(await change("PUT", role, subject, member("viewer"))).toEqual([404, "authz.not_found"])
      expect(await change("PUT", role, subject, member("owner", plane.globex))).toEqual([
        404,
        "authz.not_found",
      ])
      expect(await change("PUT", role, subject, developer)).toEqual([403, "authz.permission_denied"])
      expect(await change("DELETE", role, subject, developer)).toEqual([403, "authz.permission_denied"])
    }
  })

  it("is 422 for a role that there is not, and for what is no subject", async () => {
    expect(await change("PUT", "sudo", member("viewer").id)).toEqual([422, "request.invalid"])
    for (const subject of [
      "viewer",
      "user:viewer",
      `api_key:${plane.acme}/k`,
      `organization:${plane.acme}`,
      "user:*",
      `group:${plane.acme}/org-members%23member`,
      `user:${plane.acme}/a/b`,
      `user:${plane.acme}/%252f`,
    ]) {
      expect(await change("PUT", "viewer", subject), subject).toEqual([422, "request.invalid"])
    }
  })

  it("is the same 404 for a subject that is missing, disabled, or of another organization or the platform", async () => {
    for (const subject of [
      `user:${plane.acme}/nobody`,
      `user:${plane.acme}/disabled`,
      `user:${plane.globex}/owner`,
      "user:platform/operator",
      `service:${plane.acme}/owner`,
      `service:${plane.globex}/gatehouse-api`,
      `group:${plane.acme}/no-such-group`,
      `group:${plane.globex}/org-owners`,
    ]) {
      expect(await change("PUT", "viewer", subject), subject).toEqual([404, "governance.subject_unknown"])
    }
    const stored = []
    for await (const tuple of plane.authorizer.read({ object: `project:${project}`, relation: "viewer" }))
      stored.push(tuple)
    expect(stored).toHaveLength(1)
  })

  it("is 404 for a binding that is not there", async () => {
    expect(await change("DELETE", "viewer", member("viewer").id)).toEqual([
      404,
      "governance.binding_not_found",
    ])
    expect(await change("DELETE", "viewer", `user:${plane.globex}/owner`)).toEqual([
      404,
      "governance.binding_not_found",
    ])
  })

  it("is 503 where the directory can't be reached, and changes nothing", async () => {
    plane.realms.setDown(true)
    try {
      expect(await change("PUT", "viewer", member("viewer").id)).toEqual([503, "authz.unavailable"])
    } finally {
      plane.realms.setDown(false)
    }
    expect(await change("DELETE", "viewer", member("viewer").id)).toEqual([
      404,
      "governance.binding_not_found",
    ])
  })
})

describe("the last owner", () => {
  it("stays: 409, whether a person or a group", async () => {
    expect(await change("DELETE", "owner", own())).toEqual([204, undefined])
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([409, "governance.last_owner"])
    expect(await owners()).toEqual([member("owner").id])
  })

  it("is not an empty group: nobody owns through it", async () => {
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([409, "governance.last_owner"])
    plane.realms.add(plane.acme, { subject: `in-${project}`, groups: [projectGroupPath(project, "owner")] })
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([204, undefined])
    expect(await change("DELETE", "owner", own())).toEqual([409, "governance.last_owner"])
  })

  it("is not somebody who is gone", async () => {
    await plane.authorizer.write({
      writes: [{ user: `user:${plane.acme}/ghost`, relation: "owner", object: `project:${project}` }],
    })
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([409, "governance.last_owner"])
  })

  it("is one of two who remove each other at the same time", async () => {
    const [ann, ben] = [member("developer"), member("viewer")]
    for (const { id } of [ann, ben]) expect(await change("PUT", "owner", id)).toEqual([204, undefined])
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([204, undefined])
    const results = await Promise.all([
      change("DELETE", "owner", ben.id, ann),
      change("DELETE", "owner", ann.id, ben),
    ])
    expect(results.map(([status]) => status).filter((status) => status === 204)).toHaveLength(1)
    expect((await owners()).filter((subject: string) => subject.startsWith("user:"))).toHaveLength(1)
  })

  it("is one of eight who are all removed at the same time", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `o${index}-${project}`)
    plane.realms.add(plane.acme, ...names.map((subject) => ({ subject })))
    for (const subject of names)
      expect(await change("PUT", "owner", member(subject).id)).toEqual([204, undefined])
    expect(await change("DELETE", "owner", member("owner").id)).toEqual([204, undefined])
    expect(await change("DELETE", "owner", own())).toEqual([204, undefined])
    const results = await Promise.all(names.map((subject) => change("DELETE", "owner", member(subject).id)))
    expect(results.filter(([status]) => status === 204)).toHaveLength(7)
    expect(await owners()).toHaveLength(1)
  })
})
