import { afterAll, beforeAll, expect, test } from "vitest"
import { send } from "../testing/send.ts"
import { acmeSubjects, startTestGateway, type TestGateway } from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startTestGateway()
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
})
afterAll(() => gateway.close())

const evaluate = (
  id: string | string[] | undefined,
  more: { token?: string | undefined; body?: string } = {},
) =>
  send(gateway.port, "/access/v1/evaluation", {
    token,
    method: "POST",
    body: "{}",
    headers: id === undefined ? {} : { "x-request-id": id },
    ...more,
  })

test("the caller's request id comes back with the answer; logs and services know the request by ours", async () => {
  for (const id of ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "1", 'chosen by "client"', "x".repeat(256)]) {
    const { status, headers, echo } = await evaluate(id)
    expect([status, headers["x-request-id"]]).toEqual([200, id])
    expect(echo.upstream).toBe("governance")
    expect(echo.headers["x-request-id"]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
  }
  expect(gateway.logLines.join("")).not.toContain("chosen by")
})

test("it comes back with a refusal too, which is in our words by our id", async () => {
  const refused = await evaluate("mine", { token: undefined })
  expect([refused.status, refused.headers["x-request-id"]]).toEqual([401, "mine"])
  expect(JSON.parse(refused.text).request_id).toMatch(/^[0-9a-f-]{36}$/)
})

test("without one, ours is the answer's", async () => {
  for (const id of [undefined, ""]) {
    const { headers, echo } = await evaluate(id)
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
    expect(echo.headers["x-request-id"]).toEqual([headers["x-request-id"]])
  }
})

test("one that cannot be given back as it came is refused", async () => {
  for (const id of ["x".repeat(257), "caf\u00e9", ["a", "b"], "a\tb"])
    expect((await evaluate(id)).code).toBe("gateway.malformed_request")
})

test("on our own wire the caller chooses no id", async () => {
  const { headers } = await send(gateway.port, "/v1/me", { token, headers: { "x-request-id": "mine" } })
  expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
})
