import { createLogger } from "@gatehouse/telemetry"
import { expect, test } from "vitest"
import { createHttpApp } from "./create-http-app.ts"
import { problemAnswer } from "./problem-answer.ts"

test("a path that cannot be decoded is answered in the wire's own form, and not repeated", async () => {
  const app = createHttpApp({
    logger: createLogger({ name: "test", level: "silent" }),
    bodyLimitBytes: 1_024,
    mapError: problemAnswer,
  })
  app.get("/things/:id", async () => ({}))
  for (const url of ["/%E0%A4%A", "/things/%zz", `/things/${"a".repeat(3_000)}`]) {
    const { statusCode, headers, body } = await app.inject({ method: "GET", url })
    expect({ url, status: statusCode >= 400 && statusCode < 500 }).toEqual({ url, status: true })
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/)
    expect(JSON.parse(body)).toMatchObject({ request_id: headers["x-request-id"] })
    expect(body).not.toContain(url)
  }
  expect((await app.inject("/things/1")).statusCode).toBe(200)
})

test("every refusal is a decision: its id is in body, header and one log line", async () => {
  const lines: Record<string, unknown>[] = []
  const app = createHttpApp({
    logger: createLogger({ name: "test", destination: { write: (line) => lines.push(JSON.parse(line)) } }),
    bodyLimitBytes: 10,
    mapError: problemAnswer,
  })
  app.post("/things", async () => ({}))
  app.get("/broken", () => {
    throw new Error("broken")
  })
  const headers = { "content-type": "application/json" }
  const refused = [
    await app.inject({ method: "GET", url: "/nothing" }),
    await app.inject({ method: "GET", url: "/%zz" }),
    await app.inject({ method: "GET", url: "/broken" }),
    await app.inject({ method: "POST", url: "/things", headers, body: "{" }),
    await app.inject({ method: "POST", url: "/things", headers, body: "0".repeat(11) }),
    await app.inject({ method: "POST", url: "/things", headers: { "content-type": "text/x" }, body: "0" }),
  ]
  expect(refused.map(({ statusCode }) => statusCode)).toEqual([404, 422, 500, 400, 413, 415])
  for (const answer of refused) {
    const { decision_id: decisionId, request_id: requestId, code } = answer.json()
    expect(decisionId).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers).toMatchObject({ "x-decision-id": decisionId, "x-request-id": requestId })
    const own = lines.filter((line) => line.decisionId === decisionId && line.msg === "refused")
    expect(own).toMatchObject([{ requestId, errorCode: code }])
  }
})
