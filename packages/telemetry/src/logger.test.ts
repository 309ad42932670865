import { GatehouseError } from "@gatehouse/kernel"
import { describe, expect, it } from "vitest"
import { createLogger } from "./logger.ts"

function linesOf(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  log(createLogger({ name: "test", destination: { write: (line) => void lines.push(line) } }))
  return lines.map((line) => JSON.parse(line))
}

describe("createLogger", () => {
  it("shows the code of an error, ours and foreign, beside it and in it", () => {
    const refused = Object.assign(new Error("no"), { code: "ECONNREFUSED" })
    const duplicate = Object.assign(new Error("twice"), { code: "23505" })
    const lines = linesOf((logger) => {
      logger.error({ err: new GatehouseError("request.conflict"), code: "request.conflict" }, "failed")
      logger.error({ err: refused }, "failed")
      logger.error({ err: duplicate }, "failed")
    })
    expect(lines).toMatchObject([
      { code: "request.conflict", err: { code: "request.conflict" } },
      { err: { code: "ECONNREFUSED" } },
      { err: { code: "23505" } },
    ])
  })

  it("hides an authorization code and every other secret at each depth of a line", () => {
    const code = "GSkpAuQmVvKC9yXrMCGNWBpKWdxZhQ3kLQnHXzJ1yKE"
    const secrets = {
      code,
      access_token: "at",
      code_verifier: "cv",
      authorization: "Bearer b",
      password: "pw",
    }
    const failed = Object.assign(new Error("exchange failed"), { code, body: { code } })
    const lines = linesOf((logger) => {
      logger.info({ ...secrets, body: secrets, request: { body: secrets } }, "callback")
      logger.error({ err: failed }, "callback")
      logger.info({ code: ["request.conflict", code], body: { code: { value: code } } }, "callback")
    })
    const hidden = Object.fromEntries(Object.keys(secrets).map((name) => [name, "[secret]"]))
    expect(lines[0]).toMatchObject({ ...hidden, body: hidden, request: { body: hidden } })
    expect(lines[1]).toMatchObject({ err: { code: "[secret]", body: { code: "[secret]" } } })
    expect(JSON.stringify(lines)).not.toContain(code)
  })

  it.each(["toString", "constructor", "request.conflict2"])("takes %s for no error's code", (code) => {
    expect(linesOf((logger) => logger.info({ code }, "x"))).toMatchObject([{ code: "[secret]" }])
  })
})
