import { afterAll, beforeAll, expect, it } from "vitest"
import { askAccess } from "../../../support/access.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const evaluate = (subject: string) =>
  askAccess(plane, "evaluation", plane.realms.principal(plane.acme, "admin"), {
    subject: { type: "user", id: subject },
    action: { name: "can_read" },
    resource: { type: "organization", id: plane.acme },
  })

it("is 503, and no decision, about others while the directory can't be reached; about oneself it is not asked", async () => {
  plane.realms.setDown(true)
  try {
    const { status, json } = await evaluate("viewer")
    expect([status, json.code, json.decision]).toEqual([503, "authz.unavailable", undefined])
    expect((await evaluate("admin")).json.decision).toBe(true)
  } finally {
    plane.realms.setDown(false)
  }
  expect((await evaluate("viewer")).json.decision).toBe(true)
})

it("is 503, and no decision, while the authorization server can't be reached", async () => {
  await plane.authorizer.close()
  const { status, json } = await evaluate("admin")
  expect([status, json.code, json.decision]).toEqual([503, "authz.unavailable", undefined])
})
