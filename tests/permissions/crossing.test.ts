import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { afterAll, beforeAll, expect, it } from "vitest"
import { askAccess } from "../support/access.ts"
import { createProject } from "../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../support/start-test-plane.ts"

/** A relation never crosses organizations: it is refused where it is written, and counts for nothing where it is stored. */
let plane: TestPlane
let foreign: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  foreign = await createProject(plane, member("owner", plane.globex))
  plane.realms.add(plane.acme, { subject: "vera", groups: ["/team", projectGroupPath(foreign, "owner")] })
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)

/** What the public API says to somebody of acme about globex's project, by every way to ask. */
async function seenBy(as: Principal): Promise<unknown[]> {
  const object = `project:${foreign}`
  const resource = { type: "project", id: foreign }
  const subject = { type: "user", id: as.subject }
  const own = { subject, action: { name: "can_read" }, resource }
  const read = await plane.ask({ as, path: `/v1/projects/${foreign}` })
  const bindings = await plane.ask({ as, path: `/v1/projects/${foreign}/bindings` })
  const remove = await plane.ask({ as, method: "DELETE", path: `/v1/projects/${foreign}` })
  const list = await plane.ask({ as, path: "/v1/projects" })
  const body = { permission: "can_read", object }
  const check = await plane.ask({ as, method: "POST", path: "/v1/check", body })
  const explain = await plane.ask({ as, path: `/v1/explain?permission=can_read&object=${object}` })
  const evaluation = await askAccess(plane, "evaluation", as, own)
  const actions = await askAccess(plane, "searchAction", as, own)
  const resources = await askAccess(plane, "searchResource", as, { ...own, resource: { type: "project" } })
  return [
    [read.status, read.json.code],
    [bindings.status, remove.status],
    list.json.items,
    check.json.allowed,
    [explain.json.allowed, explain.json.tree?.rule],
    [evaluation.json.decision, evaluation.json.context.reason],
    actions.json.results,
    resources.json.results,
  ]
}
const nothing = [
  [404, "authz.not_found"],
  [404, 404],
  [],
  false,
  [false, "not_found"],
  [false, "not_found"],
  [],
  [],
]

it("a binding across organizations is refused at write, from either side, like one of nobody", async () => {
  for (const [as, subject] of [
    [member("owner", plane.globex), `user:${plane.acme}/vera`],
    [member("owner", plane.globex), `service:${plane.acme}/gatehouse-api`],
    [member("owner", plane.globex), `group:${plane.acme}/team`],
    [member("owner", plane.globex), `user:${plane.globex}/nobody`],
    [member("owner", plane.globex), "service:platform/gatehouse-governance"],
  ] as const) {
    const path = `/v1/projects/${foreign}/bindings/viewer/${subject}`
    const { status, json } = await plane.ask({ as, method: "PUT", path })
    expect([subject, status, json.code]).toEqual([subject, 404, "governance.subject_unknown"])
  }
  const path = `/v1/projects/${foreign}/bindings/viewer/user:${plane.acme}/vera`
  const { status, json } = await plane.ask({ as: member("owner"), method: "PUT", path })
  expect([status, json.code]).toEqual([404, "authz.not_found"])
})

it("one that is stored all the same opens nothing: to a user, a group, or the organization's own administrators", async () => {
  const object = `project:${foreign}`
  const writes = [
    { user: `user:${plane.acme}/vera`, relation: "owner", object },
    { user: `group:${plane.acme}/team#member`, relation: "admin", object },
    { user: `user:${plane.acme}/owner`, relation: "owner", object },
  ]
  expect(await seenBy(member("vera"))).toEqual(nothing)
  await plane.authorizer.write({ writes })
  expect(await seenBy(member("vera"))).toEqual(nothing)
  expect(await seenBy(member("owner"))).toEqual(nothing)
  const bindings = await plane.ask({
    as: member("owner", plane.globex),
    path: `/v1/projects/${foreign}/bindings`,
  })
  expect(bindings.status).toBe(200)
  await plane.authorizer.write({ deletes: writes })
})
