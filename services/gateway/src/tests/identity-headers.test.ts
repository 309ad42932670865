import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send, sendRaw, untilClosed } from "../testing/send.ts"
import type { Echo } from "../testing/start-echo-upstream.ts"
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

/** What of a plain request reaches a service: anything else in an echo came from the client. */
const plain = new Set(["authorization", "host", "x-request-id", "connection"])
const fromClient = ({ headers }: Echo) => Object.keys(headers).filter((name) => !plain.has(name))

describe("no identity or forwarding header of a client reaches a service", () => {
  const names = [
    "x-org-id",
    "x-organization",
    "x-tenant-id",
    "x-user",
    "x-user-id",
    "x-user-email",
    "x-username",
    "x-remote-user",
    "remote-user",
    "x-groups",
    "x-roles",
    "x-scopes",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-gatehouse-principal",
    "x-gatehouse-organization",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-forwarded-prefix",
    "x-forwarded-method",
    "x-forwarded-user",
    "x-forwarded-groups",
    "x-forwarded-access-token",
    "x-forwarded-client-cert",
    "x-original-url",
    "x-original-uri",
    "x-rewrite-url",
    "x-real-ip",
    "x-client-ip",
    "x-client-cert",
    "x-http-method-override",
    "x-method-override",
    "x-http-method",
    "x-middleware-subrequest",
    "forwarded",
    "via",
    "true-client-ip",
    "cf-connecting-ip",
    "x-access-token",
    "x-api-key",
    "x-internal-token",
    "x-goog-iap-jwt-assertion",
    "cookie",
    "proxy-authorization",
    "authorization2",
    "x-decision",
  ]
  const spellings = (name: string) => [
    name,
    name.toUpperCase(),
    name.replaceAll("-", "_"),
    name.replace("-", "_"),
    name.replace(/(^|-)([a-z])/g, (match) => match.toUpperCase()),
  ]

  test("in any spelling: case, underscores, repeated", async () => {
    for (const name of names) {
      const headers = Object.fromEntries(spellings(name).map((spelling) => [spelling, ["globex", "admin"]]))
      const { status, echo } = await send(gateway.port, "/v1/me", { token, headers })
      expect([name, status, fromClient(echo)]).toEqual([name, 200, []])
      expect(echo.principal.organization).toBe("acme")
    }
  })

  test("and a name that nobody thought of passes as little", async () => {
    const { echo } = await send(gateway.port, "/v1/me", {
      token,
      headers: { "x-quux-identity": "admin", "x.user": "a" },
    })
    expect(fromClient(echo)).toEqual([])
  })

  test("in trailers neither", async () => {
    const head = [
      `POST /v1/projects/${acmeProject}/sboms HTTP/1.1`,
      "Host: localhost",
      `Authorization: Bearer ${token}`,
      "Transfer-Encoding: chunked",
      "Trailer: X-Org-Id, Authorization",
      "",
      "1\r\na\r\n0\r\nX-Org-Id: globex\r\nAuthorization: Bearer other\r\nX-Project-ID: other\r\n\r\n",
    ].join("\r\n")
    const { statuses } = await sendRaw(gateway.port, head)
    expect(statuses).toEqual([200])
    const echo = gateway.sbom.seen.at(-1)
    expect(echo?.bodyBytes).toBe(1)
    expect(echo?.trailers).toEqual([])
    const framing = ["content-length", "transfer-encoding"]
    expect(echo && fromClient(echo).filter((name) => !framing.includes(name))).toEqual([])
  })

  test("not the client's own token either: a service gets the internal one alone", async () => {
    const { echo } = await send(gateway.port, "/v1/me", { token })
    expect(echo.headers.authorization).toHaveLength(1)
    expect(echo.headers.authorization?.[0]).not.toContain(token)
  })

  test("not the client's host: a service is asked by its own address", async () => {
    const { echo } = await send(gateway.port, "/v1/me", { token, host: "acme.localhost" })
    expect(echo.headers.host).toEqual([new URL(gateway.governance.url).host])
  })
})

describe("what a client may say", () => {
  test("is the content it sends and wants, and the project it selects", async () => {
    const headers = {
      accept: ["application/json", "text/plain"],
      "accept-language": "de",
      "content-type": "application/json",
      "idempotency-key": "k",
      "if-match": '"1"',
      "user-agent": "test/1",
      "X-Project-Id": acmeProject,
    }
    const { echo } = await send(gateway.port, "/v1/sboms", { token, method: "POST", headers, body: "{}" })
    expect(echo.headers).toMatchObject({
      accept: ["application/json, text/plain"],
      "accept-language": ["de"],
      "content-type": ["application/json"],
      "idempotency-key": ["k"],
      "if-match": ['"1"'],
      "user-agent": ["test/1"],
      "x-project-id": [acmeProject],
    })
  })

  test("a field with one meaning that occurs twice is refused", async () => {
    for (const name of [
      "content-type",
      "idempotency-key",
      "if-modified-since",
      "user-agent",
      "content-encoding",
    ]) {
      const { code } = await send(gateway.port, "/v1/check", {
        token,
        method: "POST",
        headers: { [name]: ["a", "b"] },
        body: "{}",
      })
      expect([name, code]).toEqual([name, "gateway.malformed_request"])
    }
  })

  test("a field that Connection names goes no further and is not believed", async () => {
    const named = await send(gateway.port, "/v1/sboms", {
      token,
      headers: { connection: "close, X-Project-ID, accept", "x-project-id": "other", accept: "a/b" },
    })
    expect(named.status).toBe(200)
    expect(fromClient(named.echo)).toEqual([])
    const unauthenticated = await send(gateway.port, "/v1/me", {
      token,
      headers: { connection: "authorization" },
    })
    expect(unauthenticated.code).toBe("tokens.missing")
  })

  test("a value with control or foreign characters never becomes a header towards a service", async () => {
    const before = gateway.governance.seen.length
    for (const name of ["User-Agent", "Accept", "X-Project-ID"]) {
      for (const value of ["a\u0080b", "a\u00ffb"]) {
        const head = `GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${name}: ${value}\r\n\r\n`
        const { statuses, closed } = await sendRaw(gateway.port, Buffer.from(head, "latin1"), untilClosed)
        expect([name, statuses, closed]).toEqual([name, [400], true])
      }
    }
    expect(gateway.governance.seen.length).toBe(before)
  })

  test("the method is the request line's, whatever overrides say", async () => {
    const { echo } = await send(gateway.port, "/v1/me?_method=DELETE", {
      token,
      headers: { "x-http-method-override": "DELETE", "x-method-override": "PUT" },
    })
    expect(echo.method).toBe("GET")
  })
})
