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

/** Requests that got through, those still on their way included. */
async function seen(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50))
  return gateway.governance.seen.length + gateway.sbom.seen.length
}

/** A request that would pass, with these lines and this body in it. */
const post = (lines: string[], body: string) =>
  [
    `POST /v1/projects/${acmeProject}/sboms HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${token}`,
    ...lines,
    "",
    body,
  ].join("\r\n")
const smuggled = () => `GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`

describe("one request has one end", () => {
  test("the twin, with one length or in chunks, passes", async () => {
    expect((await sendRaw(gateway.port, post(["Content-Length: 2"], "{}"))).statuses).toEqual([200])
    const chunked = post(["Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n")
    expect((await sendRaw(gateway.port, chunked)).statuses).toEqual([200])
    expect(gateway.sbom.seen.at(-1)?.bodyBytes).toBe(2)
  })

  test.each([
    ["two lengths", ["Content-Length: 2", "Content-Length: 3"], "{}"],
    ["the same length twice", ["Content-Length: 2", "Content-Length: 2"], "{}"],
    ["a list of lengths", ["Content-Length: 2, 2"], "{}"],
    ["a signed length", ["Content-Length: +2"], "{}"],
    ["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"],
    ["chunks and a length", ["Transfer-Encoding: chunked", "Content-Length: 5"], "0\r\n\r\n"],
    ["chunked twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "0\r\n\r\n"],
    ["chunked and identity", ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n"],
    ["another coding", ["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n"],
    ["an unknown coding", ["Transfer-Encoding: xchunked"], "0\r\n\r\n"],
    ["a space before the colon", ["Transfer-Encoding : chunked"], "0\r\n\r\n"],
    ["a folded field", ["Transfer-Encoding:", " chunked"], "0\r\n\r\n"],
    ["a folded field of another name", ["X-A: b", "\tc", "Content-Length: 0"], ""],
    ["a NUL in a value", ["X-A: a\0b", "Content-Length: 0"], ""],
    ["a bare CR in a value", ["X-A: a\rb", "Content-Length: 0"], ""],
    ["an upgrade", ["Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"], ""],
    [
      "an upgrade to HTTP/2",
      [
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABk",
        "Content-Length: 0",
      ],
      "",
    ],
    ["an upgrade that Connection does not name", ["Upgrade: websocket", "Content-Length: 0"], ""],
  ])("%s is refused and the connection closed, and what follows is not a request", async (_, lines, body) => {
    const before = await seen()
    const { statuses, closed } = await sendRaw(gateway.port, post(lines, body) + smuggled(), untilClosed)
    expect(statuses).toEqual([400])
    expect(closed).toBe(true)
    expect(await seen()).toBe(before)
  })

  test.each([
    ["not hexadecimal", "ZZ\r\n{}\r\n0\r\n\r\n"],
    ["negative", "-2\r\n{}\r\n0\r\n\r\n"],
    ["with a prefix", "0x2\r\n{}\r\n0\r\n\r\n"],
    ["ended by a bare LF", "2\n{}\r\n0\r\n\r\n"],
    ["longer than it says", "1\r\n{}\r\n0\r\n\r\n"],
    ["with a line break in its extension", "2;a=\n\r\n{}\r\n0\r\n\r\n"],
    ["overflowing", "10000000000000002\r\n{}\r\n0\r\n\r\n"],
  ])("a chunk size that is %s never completes a request", async (_, body) => {
    const before = await seen()
    const { statuses, closed } = await sendRaw(
      gateway.port,
      post(["Transfer-Encoding: chunked"], body) + smuggled(),
      untilClosed,
    )
    expect(statuses.every((status) => status >= 400)).toBe(true)
    expect(closed).toBe(true)
    expect(await seen()).toBe(before)
  })

  test("lines ended by a bare LF are refused", async () => {
    const { statuses, closed } = await sendRaw(gateway.port, smuggled().replaceAll("\r\n", "\n"), untilClosed)
    expect([statuses, closed]).toEqual([[400], true])
  })

  test("a body with a method that has none is refused", async () => {
    for (const method of ["GET", "HEAD", "DELETE", "OPTIONS"]) {
      const before = await seen()
      const head = `${method} /v1/projects/${acmeProject} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`
      const length = smuggled().length
      const { statuses, closed } = await sendRaw(
        gateway.port,
        `${head}Content-Length: ${length}\r\n\r\n${smuggled()}`,
        untilClosed,
      )
      expect([method, statuses, closed]).toEqual([method, [400], true])
      expect(await seen()).toBe(before)
    }
    const empty = await send(gateway.port, "/v1/me", { token, headers: { "content-length": "0" } })
    expect(empty.status).toBe(200)
  })

  test("chunks in HTTP/1.0 are refused", async () => {
    const text = post(["Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0")
    expect((await sendRaw(gateway.port, text)).text).toContain(" 400 ")
  })

  test("a client that leaves in the middle of its body completes nothing", async () => {
    const before = await seen()
    await sendRaw(gateway.port, post(["Content-Length: 1000"], "{"), 100)
    await sendRaw(gateway.port, post(["Transfer-Encoding: chunked"], "2\r\n{}\r\n"), 100)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await seen()).toBe(before)
    expect((await send(gateway.port, "/v1/me", { token })).status).toBe(200)
  })
})

describe("one path has one reading", () => {
  test.each([
    "/v1/../v1/me",
    "/v1/%2e%2e/v1/me",
    "/v1/%252e%252e/me",
    "/v1/sboms%2f..%2fme",
    "/v1//me",
    "/v1/me;x",
    "/v1\\me",
    "/v1/me%00",
    "/v1/me%23",
    "/v1/me#",
    "/v1/openapi.json%23/../me",
    "/internal/../v1/me",
    "/v1/%6de",
    "http://globex.localhost/v1/me",
    "*",
  ])("%s is 400 and reaches no service", async (target) => {
    const before = await seen()
    const text = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
    const answer = await sendRaw(gateway.port, text)
    expect(answer.statuses).toEqual([400])
    expect(answer.text).toContain("gateway.ambiguous_path")
    expect(await seen()).toBe(before)
  })

  test("what a service serves besides the table is 404, and CONNECT and TRACE get nowhere", async () => {
    const before = await seen()
    for (const path of [
      "/internal/organizations",
      "/internal/revocations",
      "/metrics",
      "/",
      "/v1/me/",
      "/V1/ME",
    ])
      expect([path, (await send(gateway.port, path, { token })).code]).toEqual([path, "request.not_found"])
    for (const method of ["TRACE", "PROPFIND", "SEARCH", "QUERY"])
      expect([method, (await send(gateway.port, "/v1/me", { token, method })).code]).toEqual([
        method,
        "request.not_found",
      ])
    const { text } = await sendRaw(gateway.port, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    expect(text).not.toContain(" 200 ")
    expect(await seen()).toBe(before)
  })
})

describe("the gateway's own paths", () => {
  test("no user agent, header, method or host makes another path a health check", async () => {
    expect(await send(gateway.port, "/healthz")).toMatchObject({ status: 200, text: '{"status":"ok"}' })
    const attempts = [
      send(gateway.port, "/v1/me", { headers: { "user-agent": "kube-probe/1.30" } }),
      send(gateway.port, "/v1/me", { headers: { "user-agent": "GoogleHC/1.0", "x-health-check": "1" } }),
      send(gateway.port, "/v1/me", { host: "127.0.0.1", headers: { "x-original-uri": "/healthz" } }),
    ]
    for (const answer of await Promise.all(attempts)) expect(answer.status).toBe(401)
    for (const path of ["/healthz/", "/healthz/x", "/v1/healthz", "/healthz?x=1"])
      expect([path, (await send(gateway.port, path)).status]).toEqual([path, 404])
    expect((await send(gateway.port, "/healthz", { method: "POST" })).status).toBe(404)
  })

  test("the keys of internal tokens are published without a private member", async () => {
    const { status, text } = await send(gateway.port, "/.well-known/gatehouse/internal-jwks.json")
    expect(status).toBe(200)
    const { keys } = JSON.parse(text) as { keys: Record<string, unknown>[] }
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {})).not.toContain("d")
  })
})
