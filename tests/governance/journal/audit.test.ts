import type { Principal } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import {
  type Answered,
  type AuditRow,
  startTestPlane,
  type TestPlane,
} from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const recordsOf = async (project: string, action: string) =>
  (await plane.auditRecords(plane.acme)).filter((row) => row.resource_id === project && row.action === action)
const outcomes = (rows: readonly AuditRow[]) => rows.map(({ outcome }) => outcome)
const by = (as: Principal, answer: Answered) => ({
  actor: as.id,
  decision_id: answer.headers["x-decision-id"],
  request_id: answer.headers["x-request-id"],
})

describe("a change of the control plane", () => {
  it("is in the organization's audit log with who, by which decision and in which request", async () => {
    const as = member("admin")
    const id = await createProject(plane, as)
    const renamed = await plane.ask({
      as,
      method: "PATCH",
      path: `/v1/projects/${id}`,
      body: { name: "renamed" },
    })
    expect(await recordsOf(id, "project.rename")).toEqual([
      expect.objectContaining({
        ...by(as, renamed),
        outcome: "done",
        project: id,
        details: { name: "renamed" },
      }),
    ])
    const binding = `/v1/projects/${id}/bindings/viewer/${member("viewer").id}`
    const granted = await plane.ask({ as, method: "PUT", path: binding })
    const added = await recordsOf(id, "binding.add")
    expect(outcomes(added)).toEqual(["intent", "done"])
    for (const record of added) expect(record).toMatchObject({ ...by(as, granted), project: id })
    expect(added[0]?.details).toMatchObject({ role: "viewer", subject: member("viewer").id })
    await plane.ask({ as, method: "DELETE", path: binding })
    expect(outcomes(await recordsOf(id, "binding.remove"))).toEqual(["intent", "done"])
    const removed = await plane.ask({ as, method: "DELETE", path: `/v1/projects/${id}` })
    const deleted = await recordsOf(id, "project.delete")
    expect(outcomes(deleted)).toEqual(["intent", "done"])
    for (const record of deleted) expect(record).toMatchObject(by(as, removed))
    expect(outcomes(await recordsOf(id, "project.create"))).toEqual(["intent", "done"])
  })

  it("that is refused leaves no record", async () => {
    const id = await createProject(plane, member("admin"))
    const before = await plane.auditRecords(plane.acme)
    const as = member("admin")
    for (const [method, path, body] of [
      ["POST", "/v1/projects", { name: "" }],
      ["PUT", `/v1/projects/${id}/bindings/viewer/user:${plane.globex}/owner`, undefined],
      ["DELETE", `/v1/projects/${id}/bindings/viewer/${member("viewer").id}`, undefined],
      ["PATCH", `/v1/projects/${id}`, { name: " " }],
    ] as const) {
      expect((await plane.ask({ as, method, path, body })).status).toBeGreaterThanOrEqual(400)
    }
    expect(await plane.auditRecords(plane.acme)).toEqual(before)
  })

  it("by the platform's own rights says so besides", async () => {
    const as = testPlatformAdministrator(plane.acme)
    const id = await createProject(plane, as)
    const read = await plane.ask({ as, path: `/v1/projects/${id}` })
    const [use] = await recordsOf(id, "platform.use")
    expect(use).toMatchObject({ ...by(as, read), details: { permission: "can_read" } })
  })
})
