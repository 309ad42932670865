import { afterAll, beforeAll, expect, test } from "vitest"
import { send } from "../../services/gateway/src/testing/send.ts"
import { startTestGateway, type TestGateway } from "../../services/gateway/src/testing/start-test-gateway.ts"

const allowed = 12
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway({ limits: { requestsPerAddress: { requests: allowed, perSeconds: 60 } } })
})
afterAll(() => gateway.close())

/** Nothing in front of the gateway is trusted yet, so every one of these is the client's own word. */
const words = [
  "x-forwarded-for",
  "x-real-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "x-client-ip",
  "x-cluster-client-ip",
]

test("a client is counted by its connection, whatever address its headers give", async () => {
  const statuses: number[] = []
  for (let index = 0; index < allowed + 6; index += 1) {
    const address = `203.0.113.${index}`
    const headers = Object.fromEntries([
      ...words.map((word) => [word, address]),
      ["forwarded", `for=${address}`],
    ])
    statuses.push((await send(gateway.port, "/healthz", { headers })).status)
  }
  expect(statuses.slice(0, allowed)).toEqual(Array(allowed).fill(200))
  expect(statuses.slice(allowed)).toEqual(Array(6).fill(429))
})

test("and none of those addresses is in the log", () => {
  expect(gateway.logLines.join("")).not.toContain("203.0.113.")
})
