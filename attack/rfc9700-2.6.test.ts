import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { acme, addressOf, demo, globex, loginAs, plane } from "./support/plane.ts"

let token: string
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
})

const endpoint = (name: string, issuer = acme.issuer) => `${issuer}/protocol/openid-connect/${name}`
const port = new URL(acme.url).port
/** Of nobody, or only alike. */
const unregistered = [
  "https://evil.example",
  "null",
  "http://localhost:3001",
  `http://evil.localhost:${port}`,
  `${acme.url}.evil.example`,
  acme.url.replace("http:", "https:"),
  acme.url.replace("acme", "ACME"),
  `http://acme.localhost:${Number(port) + 1}`,
  "*",
  "file://",
  "",
]
const cors = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control-")))
const preflight = {
  "access-control-request-method": "GET",
  "access-control-request-headers": "authorization",
}

describe("at the gateway", () => {
  const url = `${acme.url}/v1/me`

  test("the twin: the organization's own origin is told that it may read, without credentials of a browser", async () => {
    for (const origin of [acme.url, "http://localhost:3000"]) {
      const { status, headers } = await ask(url, { token, headers: { origin } })
      expect([status, headers["access-control-allow-origin"]]).toEqual([200, origin])
      expect(headers["access-control-allow-credentials"]).toBeUndefined()
      expect((await ask(url, { method: "OPTIONS", headers: { origin, ...preflight } })).status).toBe(204)
    }
  })

  test("an unregistered origin gets no CORS answer, on any host and to any request", async () => {
    for (const origin of [...unregistered, globex.url, new URL(demo.platform.issuer).origin])
      for (const path of ["/v1/me", "/v1/openapi.json", "/healthz", "/v1/unknown"])
        for (const [method, more] of [
          ["GET", {}],
          ["OPTIONS", preflight],
        ] as const) {
          const { headers, status } = await ask(`${acme.url}${path}`, {
            method,
            token,
            headers: { origin, ...more },
          })
          expect([origin, path, cors(headers)]).toEqual([origin, path, {}])
          if (method === "OPTIONS") expect(status).toBeGreaterThanOrEqual(400)
        }
  })

  test("one organization's origin may not read on another's host", async () => {
    const { headers } = await ask(`${globex.url}/v1/me`, { token, headers: { origin: acme.url } })
    expect(cors(headers)).toEqual({})
  })
})

describe("at the identity server", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" }
  const names = ["token", "userinfo", "certs", "token/introspect", "revoke"]

  test("the twin: an origin that a client registered may use the token endpoint", async () => {
    const headers = { origin: acme.url, ...form }
    const answer = await ask(endpoint("token"), { method: "POST", headers, body: "grant_type=refresh_token" })
    expect(answer.headers["access-control-allow-origin"]).toBe(acme.url)
    expect(answer.headers["access-control-allow-credentials"]).not.toBe("*")
  })

  test("an unregistered origin gets no CORS answer from any endpoint", async () => {
    for (const origin of [...unregistered, globex.url])
      for (const name of names)
        for (const [method, more] of [
          ["GET", {}],
          ["POST", form],
          ["OPTIONS", preflight],
        ] as const) {
          const body = method === "POST" ? "x=y" : undefined
          const { headers } = await ask(endpoint(name), { method, token, headers: { origin, ...more }, body })
          expect([origin, name, method, cors(headers)]).toEqual([origin, name, method, {}])
        }
  })

  test("a wildcard never comes with credentials", async () => {
    for (const origin of [...unregistered, acme.url])
      for (const url of [
        ...names.map((name) => endpoint(name)),
        `${acme.issuer}/.well-known/openid-configuration`,
      ]) {
        const { headers } = await ask(url, { headers: { origin } })
        const isWild = headers["access-control-allow-origin"] === "*"
        expect([url, isWild && headers["access-control-allow-credentials"] === "true"]).toEqual([url, false])
      }
  })

  test("the authorization endpoint has no CORS, for a registered origin neither", async () => {
    const query = new URLSearchParams({ client_id: "gatehouse-portal", response_type: "code" })
    for (const origin of [acme.url, "http://localhost:3000", ...unregistered])
      for (const [method, more] of [
        ["GET", {}],
        ["OPTIONS", preflight],
      ] as const) {
        const { headers } = await ask(`${endpoint("auth")}?${query}`, {
          method,
          headers: { origin, ...more },
        })
        expect([origin, method, cors(headers)]).toEqual([origin, method, {}])
      }
  })
})

test("the engines' own addresses answer no page at all", async () => {
  const { authorization = "" } = plane.credentials
  for (const origin of [acme.url, "http://localhost:3000", ...unregistered.filter(Boolean)]) {
    const stores = await ask(`${addressOf("authorization")}/stores`, {
      token: authorization,
      headers: { origin },
    })
    expect([stores.status, cors(stores.headers)]).toEqual([403, {}])
    const admin = await ask(`${addressOf("identity")}/admin/realms/acme/users`, {
      token,
      headers: { origin },
    })
    expect(cors(admin.headers)).toEqual({})
  }
  expect((await ask(`${addressOf("authorization")}/stores`, { token: authorization })).status).toBe(200)
})
