import type { Principal } from "@gatehouse/contracts"
import { afterAll, beforeAll, expect, it } from "vitest"
import { askAccess, malformedBodies } from "../../../support/access.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const viewer = (): Principal => plane.realms.principal(plane.acme, "viewer")
const question = () => ({
  subject: { type: "user", id: "viewer" },
  action: { name: "can_read" },
  resource: { type: "organization", id: plane.acme },
})
const ask = async (body: unknown) => {
  const { status, json } = await askAccess(plane, "evaluations", viewer(), body)
  return [status, json.code]
}
const malformed = [400, "authz.malformed_access_request"]

it.each(malformedBodies)("is 400 for %s", async (_what, body) => {
  expect(await ask(body)).toEqual(malformed)
})

it("is 400 without questions where the one question is not whole", async () => {
  for (const name of ["subject", "action", "resource"]) {
    expect(await ask({ ...question(), [name]: undefined })).toEqual(malformed)
    expect(await ask({ ...question(), [name]: {}, evaluations: [] })).toEqual(malformed)
  }
})

it("is 400 for defaults and questions that are of no such form as a whole", async () => {
  for (const more of [
    { evaluations: "all" },
    { evaluations: { 0: {} } },
    { evaluations: null },
    { evaluations: [{}], subject: "alice" },
    { evaluations: [{}], action: { name: 5 } },
    { evaluations: [{}], context: [] },
    { evaluations: [{}], options: "execute_all" },
  ])
    expect(await ask({ ...question(), ...more })).toEqual(malformed)
})

it("is 400 for a semantic that there is none of", async () => {
  for (const semantic of ["execute_some", "", null, "constructor", "EXECUTE_ALL"])
    expect(
      await ask({ ...question(), evaluations: [{}], options: { evaluations_semantic: semantic } }),
    ).toEqual(malformed)
})

it("is 400 for more than a hundred questions: none is left out", async () => {
  expect(await ask({ ...question(), evaluations: Array(101).fill({}) })).toEqual(malformed)
})

it("is 403 about others without questions, as one evaluation is", async () => {
  const body = { ...question(), subject: { type: "user", id: "admin" } }
  expect(await ask(body)).toEqual([403, "authz.permission_denied"])
})

it("is 413 over a quarter of a mebibyte", async () => {
  expect(await ask({ ...question(), filler: "x".repeat(262_144) })).toEqual([413, "request.too_large"])
})
