import { createHash, randomBytes } from "node:crypto"
import { request as httpRequest } from "node:http"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send, sendRaw, untilClosed } from "../testing/send.ts"
import {
  acmeProject,
  acmeSubjects,
  startTestGateway,
  type TestGateway,
} from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startTestGateway()
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
})
afterAll(() => gateway.close())

const get = (path: string, headers: Record<string, string | string[]> = {}) =>
  send(gateway.port, path, { token, headers })

describe("a request that may pass", () => {
  test("reaches its service with the path and query byte for byte, and a token for exactly that", async () => {
    const path = `/v1/projects/${acmeProject}/bindings/viewer/user:acme/u%40x?a=%2F..%2F&b=c+d&&e`
    const admin = await gateway.realms.acme.token({ sub: acmeSubjects.admin })
    const { status, echo } = await send(gateway.port, path, { token: admin, method: "PUT" })
    expect(status).toBe(200)
    expect(echo).toMatchObject({ upstream: "governance", method: "PUT", url: path })
  })

  test("is vouched for with the whole principal", async () => {
    const { echo } = await get("/v1/me")
    expect(echo.principal).toMatchObject({
      id: `user:acme/${acmeSubjects.developer}`,
      type: "user",
      home: "acme",
      organization: "acme",
      groups: ["/org-members"],
      realmRoles: ["developer"],
      username: "ada",
    })
  })

  test("of a service account is vouched for as a service", async () => {
    const service = await gateway.realms.acme.token({ client_id: "gatehouse-api", sid: undefined })
    const { echo } = await send(gateway.port, "/v1/me", { token: service })
    expect(echo.principal).toMatchObject({ id: "service:acme/gatehouse-api", type: "service" })
  })

  test("streams its body, of a known length or in chunks, whole", async () => {
    const body = randomBytes(9_000_000)
    const sha256 = createHash("sha256").update(body).digest("hex")
    const path = `/v1/projects/${acmeProject}/sboms`
    const whole = await send(gateway.port, path, { token, method: "POST", body })
    expect(whole.echo).toMatchObject({ upstream: "sbom", bodyBytes: body.byteLength, bodySha256: sha256 })
    expect(whole.echo.headers["content-length"]).toEqual([String(body.byteLength)])
    const chunked = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port: gateway.port,
          path,
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
        },
        (response) => {
          let text = ""
          response.on("data", (chunk) => {
            text += chunk
          })
          response.on("end", () => resolve(text))
        },
      )
      request.on("error", reject)
      for (let at = 0; at < body.byteLength; at += 1_000_000) request.write(body.subarray(at, at + 1_000_000))
      request.end()
    })
    expect(JSON.parse(chunked)).toMatchObject({ bodyBytes: body.byteLength, bodySha256: sha256 })
  })

  test("HEAD has the head of GET and no body", async () => {
    const answer = await send(gateway.port, "/v1/me", { token, method: "HEAD" })
    expect(answer).toMatchObject({ status: 200, text: "" })
    expect(gateway.governance.seen.at(-1)?.method).toBe("HEAD")
  })

  test("several on one connection are each answered, in order", async () => {
    const one = (path: string, more = "") =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`
    const { statuses, text } = await sendRaw(
      gateway.port,
      one("/v1/me") + one("/v1/unknown") + one("/v1/projects", "Connection: close\r\n"),
      untilClosed,
    )
    expect(statuses).toEqual([200, 404, 200])
    expect(text.indexOf('"url":"/v1/me"')).toBeLessThan(text.indexOf('"url":"/v1/projects"'))
  })
})

describe("trace and request ids", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  test("a well-formed trace is carried on, any other is not", async () => {
    const good = await get("/v1/me", { traceparent, tracestate: "a=b" })
    expect(good.echo.headers).toMatchObject({ traceparent: [traceparent], tracestate: ["a=b"] })
    const bad = [
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      `${traceparent}-x`,
      "x",
    ]
    for (const value of bad) {
      const { echo } = await get("/v1/me", { traceparent: value, tracestate: "a=b" })
      expect(echo.headers.traceparent).toBeUndefined()
      expect(echo.headers.tracestate).toBeUndefined()
    }
    expect(
      (await get("/v1/me", { traceparent: [traceparent, traceparent] })).echo.headers.traceparent,
    ).toBeUndefined()
  })

  test("each answer has an id of ours, which the service has too and the client cannot choose", async () => {
    const { headers, echo } = await get("/v1/me", { "x-request-id": "chosen-by-client" })
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
    expect(echo.headers["x-request-id"]).toEqual([headers["x-request-id"]])
  })
})

describe("an answer", () => {
  test("keeps its status and fields, but for those of the connection and those that are the gateway's to say", async () => {
    gateway.governance.answerWith((_, response) => {
      response.writeHead(201, {
        location: "/v1/projects/1",
        etag: '"1"',
        connection: "keep-alive, x-internal",
        "x-internal": "1",
        "proxy-authenticate": "Basic",
        "set-cookie": "a=b",
        "access-control-allow-origin": "*",
        "cache-control": "public, max-age=600",
        "x-request-id": "upstream",
        server: "upstream",
        "content-type": "text/plain",
      })
      response.end("made")
    })
    const { status, headers, text } = await get("/v1/me")
    gateway.governance.answerWith(undefined)
    expect([status, text]).toEqual([201, "made"])
    expect(headers).toMatchObject({
      location: "/v1/projects/1",
      etag: '"1"',
      "content-type": "text/plain",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    })
    for (const name of [
      "x-internal",
      "proxy-authenticate",
      "set-cookie",
      "access-control-allow-origin",
      "server",
    ])
      expect(headers[name]).toBeUndefined()
    expect(headers["x-request-id"]).not.toBe("upstream")
  })

  test("with no content passes as it is", async () => {
    gateway.governance.answerWith((_, response) => response.writeHead(204).end())
    expect(await get("/v1/me")).toMatchObject({ status: 204, text: "" })
    gateway.governance.answerWith(undefined)
  })

  test("that a slow reader takes does not pile up in memory", async () => {
    const size = 64 * 1024 * 1024
    let written = 0
    gateway.governance.answerWith((_, response) => {
      const chunk = Buffer.alloc(65_536)
      const more = () => {
        while (written < size) {
          written += chunk.byteLength
          if (!response.write(chunk)) return void response.once("drain", more)
        }
        response.end()
      }
      more()
    })
    const read = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port: gateway.port,
          path: "/v1/me",
          headers: { authorization: `Bearer ${token}` },
        },
        (response) => {
          let bytes = 0
          response.pause()
          setTimeout(() => {
            expect(written).toBeLessThan(size / 2)
            response.on("data", (chunk: Buffer) => {
              bytes += chunk.byteLength
            })
            response.on("end", () => resolve(bytes))
            response.resume()
          }, 300)
        },
      )
      request.on("error", reject)
      request.end()
    })
    gateway.governance.answerWith(undefined)
    expect(read).toBe(size)
  })
})
