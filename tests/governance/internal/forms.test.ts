import { request } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const type = "application/x-www-form-urlencoded"
/** 64 KB of names, all different. */
const names = Array.from({ length: 16_000 }, (_, index) => index.toString(36).padStart(3, "0")).join("&")

describe("a form", () => {
  it("is taken at the address for logout tokens and nowhere else", async () => {
    const asked = await plane.ask({
      as: plane.realms.principal(plane.acme, "owner"),
      method: "POST",
      path: "/v1/projects",
      headers: { "content-type": type },
      body: "name=posted",
    })
    expect(asked).toMatchObject({ status: 415, json: { code: "request.unsupported_media_type" } })
  })

  it("of many members holds nobody up", async () => {
    const before = process.threadCpuUsage()
    const answer = await request(`${plane.governance.url}/internal/backchannel-logout/${plane.acme}`, {
      method: "POST",
      headers: { "content-type": type },
      body: names,
    })
    expect(answer.statusCode).toBe(422)
    await answer.body.dump()
    // Counting each name among all others took eleven seconds; governance runs on this thread.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(2_000)
  })
})
