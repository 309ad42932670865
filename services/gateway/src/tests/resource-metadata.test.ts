import { afterAll, beforeAll, expect, test } from "vitest"
import { send } from "../testing/send.ts"
import { startTestGateway, type TestGateway } from "../testing/start-test-gateway.ts"

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const path = "/.well-known/oauth-protected-resource"

test("an organization's host tells its own issuer, without a credential, in every canonical spelling", async () => {
  for (const host of ["acme.localhost", "ACME.localhost:8080", "acme.localhost."]) {
    const { status, text } = await send(gateway.port, path, { host })
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        resource: "http://acme.localhost:8080",
        authorization_servers: [gateway.realms.acme.entry.issuer],
        bearer_methods_supported: ["header"],
      },
    ])
  }
})

test("a host that names no organization tells the platform's, at the configured address", async () => {
  for (const host of ["localhost:8080", "127.0.0.1:1", "[::1]"]) {
    const { text } = await send(gateway.port, path, { host, headers: { "x-forwarded-host": "evil.example" } })
    expect(JSON.parse(text)).toMatchObject({
      resource: "http://localhost:8080",
      authorization_servers: [gateway.realms.platform.entry.issuer],
    })
  }
})

test("an unknown host is 421, another method and another path are 404", async () => {
  expect((await send(gateway.port, path, { host: "unknown.localhost" })).status).toBe(421)
  expect((await send(gateway.port, path, { host: "acme.localhost", method: "POST" })).status).toBe(404)
  expect((await send(gateway.port, `${path}/acme`, { host: "acme.localhost" })).status).toBe(404)
})
