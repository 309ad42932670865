import type { Principal } from "@gatehouse/contracts"
import { afterAll, beforeAll, expect, it } from "vitest"
import { askAccess, malformedBodies } from "../../../support/access.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const question = (subject = "viewer") => ({
  subject: { type: "user", id: subject },
  action: { name: "can_read" },
  resource: { type: "project" },
})
const ask = async (body: unknown, as = member("viewer")) => {
  const { status, json } = await askAccess(plane, "searchResource", as, body)
  return [status, json.code]
}
const malformed = [400, "authz.malformed_access_request"]

it.each(malformedBodies)("is 400 for %s", async (_what, body) => {
  expect(await ask(body)).toEqual(malformed)
})

it("is 400 without a member that the search needs", async () => {
  for (const more of [
    { subject: undefined },
    { subject: { type: "user" } },
    { subject: { id: "viewer" } },
    { action: undefined },
    { action: { name: 5 } },
    { resource: undefined },
    { resource: {} },
    { page: [] },
  ])
    expect(await ask({ ...question(), ...more }), JSON.stringify(more)).toEqual(malformed)
})

it("is 400 for a token of no search", async () => {
  expect(await ask({ ...question(), page: { token: "eyJ4IjoxfQ" } })).toEqual([400, "request.invalid_cursor"])
})

it("is 403 about others without managing users, whatever else is asked", async () => {
  for (const subject of ["admin", "nobody", `${plane.globex}/owner`])
    for (const more of [{}, { context: { a: "x".repeat(33_000) } }])
      expect(await ask({ ...question(subject), ...more })).toEqual([403, "authz.permission_denied"])
})

it("is 503, and no shorter list, about others while the directory can't be reached", async () => {
  plane.realms.setDown(true)
  try {
    expect(await ask(question("viewer"), member("admin"))).toEqual([503, "authz.unavailable"])
    expect((await ask(question("admin"), member("admin")))[0]).toBe(200)
  } finally {
    plane.realms.setDown(false)
  }
})
