import { request } from "node:http"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

/** A request with exactly these headers, which fetch would not send. */
function send(headers: string[], path = "/stores"): Promise<{ status: number; body: unknown }> {
  const { port } = new URL(engine.url)
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, headers, setHost: false }, (incoming) => {
      let text = ""
      incoming.setEncoding("utf8")
      incoming.on("data", (chunk) => {
        text += chunk
      })
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) }))
    })
    outgoing.on("error", reject)
    outgoing.end()
  })
}

describe("the engine's door", () => {
  const authorized = () => `Bearer ${engine.credential}`

  test("a foreign Host is 421, on every path and whatever the credential", async () => {
    const forbidden = { status: 421, body: { code: "forbidden" } }
    for (const host of ["evil.example", "evil.example:80", "localhost.evil.example", "acme.localhost", ""]) {
      expect(await send(["host", host, "authorization", authorized()])).toMatchObject(forbidden)
      expect(await send(["host", host], "/healthz")).toMatchObject(forbidden)
    }
  })

  test("localhost and the loopback addresses are answered, with any port and case", async () => {
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8082", "[::1]:8082"])
      expect((await send(["host", host, "authorization", authorized()])).status).toBe(200)
  })

  test("a browser's Origin is 403, its own address included", async () => {
    for (const origin of ["http://evil.example", "null", engine.url]) {
      const headers = ["host", "localhost", "authorization", authorized(), "origin", origin]
      expect(await send(headers)).toMatchObject({ status: 403, body: { code: "forbidden" } })
    }
  })

  test("no answer lets a page of another origin read it, and a preflight is refused", async () => {
    const origin = { origin: "http://evil.example", "access-control-request-method": "GET" }
    for (const method of ["OPTIONS", "GET"]) {
      const answer = await fetch(`${engine.url}/stores`, { method, headers: origin })
      expect(answer.status).toBe(403)
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([])
    }
  })

  test("two credentials are none, whichever is right", async () => {
    for (const [first, second] of [
      [authorized(), authorized()],
      [authorized(), "Bearer wrong"],
      ["Bearer wrong", authorized()],
    ] as const) {
      const headers = ["host", "localhost", "authorization", first, "authorization", second]
      expect(await send(headers)).toMatchObject({ status: 401, body: { code: "bearer_token_missing" } })
    }
  })

  test("without a credential an unknown path says no more than a known one", async () => {
    expect(await send(["host", "localhost"], "/nope")).toMatchObject({ status: 401 })
  })
})
