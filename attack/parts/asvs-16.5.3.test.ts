import { GatehouseError } from "@gatehouse/kernel"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { send } from "../../services/gateway/src/testing/send.ts"
import {
  acmeProject,
  acmeSubjects,
  startTestGateway,
  type TestGateway,
} from "../../services/gateway/src/testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
beforeEach(async () => {
  gateway = await startTestGateway()
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
})
afterEach(() => gateway.close())

const path = `/v1/projects/${acmeProject}`
const get = (options: { token?: string; host?: string } = {}) =>
  send(gateway.port, path, { token, ...options })
const seen = () => gateway.governance.seen.filter(({ url }) => url === path).length

describe("what cannot be decided in time is refused, and reaches no service", () => {
  test("the twin, with everything there, passes", async () => {
    expect((await get()).status).toBe(200)
    expect(seen()).toBe(1)
  })

  test.each([
    ["fails", () => Promise.reject(new Error("the connection broke"))],
    ["is unavailable", () => Promise.reject(new GatehouseError("authz.unavailable"))],
    ["answers something else", () => Promise.resolve(undefined as never)],
    ["answers with no verdict", () => Promise.resolve({} as never)],
    ["answers a word", () => Promise.resolve({ allowed: "true" } as never)],
  ])("permissions, where the authorization server %s", async (_, check) => {
    expect((await get()).status).toBe(200)
    Object.assign(gateway.authorizer, {
      check,
      batchCheck: async (queries: unknown[]) => Promise.all(queries.map(check)),
    })
    const { status } = await get()
    expect(status).toBeGreaterThanOrEqual(400)
    expect(seen()).toBe(1)
  })

  test.each([
    ["answer an error", 500, "{}"],
    ["are no JSON", 200, "<html>"],
    ["are empty", 200, '{"keys":[]}'],
    ["are more than any realm's", 200, `{"keys":[],"x":"${"x".repeat(300_000)}"}`],
  ])("keys that %s", async (_, status, body) => {
    gateway.realms.acme.answerKeysWith((_request, response) => response.writeHead(status).end(body))
    expect([401, 503]).toContain((await get()).status)
    expect(seen()).toBe(0)
  })

  test("keys that never come", async () => {
    gateway.realms.acme.answerKeysWith(() => undefined)
    expect(await get()).toMatchObject({ status: 503, code: "tokens.unavailable" })
    expect(seen()).toBe(0)
  })

  test("revocations and the directory, without governance", async () => {
    expect((await get()).status).toBe(200)
    await gateway.governance.close()
    await expect.poll(async () => (await get()).status, { interval: 50 }).toBe(503)
    expect((await get({ host: "acme.localhost" })).status).toBe(503)
  })
})
