import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../support/http.ts"
import { describeMainJob } from "../support/main-job.ts"
import { type PlaneProcess, startPlaneProcess } from "../support/plane-process.ts"

/** Only an address changes: the real OpenFGA answers in place of the plane's own engine. */
let running: PlaneProcess

beforeAll(async () => {
  const { url, credential } = inject("openfga")
  running = await startPlaneProcess({
    environment: { AUTHORIZATION_URL: url, AUTHORIZATION_TOKEN: credential },
  })
})

afterAll(() => running?.[Symbol.asyncDispose]())

test("a plane with AUTHORIZATION_URL starts no engine of its own, and its tuples are in the real OpenFGA", async () => {
  const { url, credential } = inject("openfga")
  expect(running.plane.urls.authorization).toBe(url)
  expect(running.plane.credentials).not.toHaveProperty("authorization")
  await expect(ask(`http://127.0.0.1:${running.port + 2}/healthz`)).rejects.toThrow()
  const stores = await ask(`${url}/stores?name=gatehouse`, { token: credential })
  const [store] = (stores.json as { stores: { id: string }[] }).stores
  const read = await ask(`${url}/stores/${store?.id}/read`, { method: "POST", token: credential, json: {} })
  expect((read.json as { tuples: object[] }).tuples.length).toBeGreaterThan(0)
})

describe("the main job", () => {
  describeMainJob(() => running)
})
