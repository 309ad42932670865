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
