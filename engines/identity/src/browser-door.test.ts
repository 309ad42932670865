import { request } from "undici"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { post } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
})
afterAll(() => engine.close())

const registered = "http://localhost:3000"
const asHost = async (host: string, path = "/realms/acme/.well-known/openid-configuration") => {
  const answer = await request(`${engine.url}${path}`, { headers: { host } })
  return { status: answer.statusCode, text: await answer.body.text() }
}
const preflight = (origin: string, path: string) =>
  fetch(`${engine.url}${path}`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  })

describe("the host", () => {
  test("that is foreign is refused, so that a rebound name reaches nothing", async () => {
    const { port } = new URL(engine.url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      expect((await asHost(host)).status, host).toBe(200)
    for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", "acme.localhost"])
      expect((await asHost(host)).status, host).toBe(421)
  })

  test("never decides what discovery, the issuer or a redirect says", async () => {
    const { port } = new URL(engine.url)
    const { text } = await asHost(`127.0.0.1:${port}`)
    const document = JSON.parse(text)
    expect(document.issuer).toBe(engine.issuer("acme"))
    for (const address of Object.values(document))
      if (typeof address === "string") expect(address.startsWith(engine.issuer("acme"))).toBe(true)
    const answer = await request(`${engine.url}/realms/acme/protocol/openid-connect/auth`, {
      headers: {
        host: `127.0.0.1:${port}`,
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
      },
      query: {
        client_id: "portal",
        redirect_uri: "http://127.0.0.1/callback",
        response_type: "code",
        code_challenge: "a".repeat(43),
        code_challenge_method: "S256",
      },
    })
    await answer.body.dump()
    expect(answer.statusCode).toBe(303)
    expect(JSON.stringify(answer.headers)).not.toContain("evil.example")
  })
})

describe("a page", () => {
  const paths = [
    "",
    "/.well-known/openid-configuration",
    ...["certs", "token", "userinfo", "revoke"].map((name) => `/protocol/openid-connect/${name}`),
  ]

  test("of a registered origin may call, after a preflight", async () => {
    for (const path of paths) {
      const answer = await preflight(registered, `/realms/acme${path}`)
      expect(answer.status, path).toBe(204)
      expect(answer.headers.get("access-control-allow-origin")).toBe(registered)
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull()
      expect(answer.headers.get("vary")).toContain("Origin")
    }
    const certs = await fetch(engine.endpoint("acme", "certs"), { headers: { origin: registered } })
    expect([certs.status, certs.headers.get("access-control-allow-origin")]).toEqual([200, registered])
  })

  test("of any other origin gets no CORS answer and nothing else", async () => {
    for (const origin of [
      "https://evil.example",
      "null",
      "http://localhost:3001",
      `${registered}.evil.example`,
    ])
      for (const path of paths) {
        const answer = await preflight(origin, `/realms/acme${path}`)
        expect([answer.status, answer.headers.get("access-control-allow-origin")], path).toEqual([403, null])
        const direct = await fetch(`${engine.url}/realms/acme${path}`, { headers: { origin } })
        expect(direct.headers.get("access-control-allow-origin")).toBeNull()
        expect([403, 404]).toContain(direct.status)
      }
  })

  test("of one client's origin gets no token for another client", async () => {
    const form = { grant_type: "refresh_token", refresh_token: "x", client_id: "portal" }
    const own = await post(engine.endpoint("acme", "token"), form, { origin: registered })
    expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([400, registered])
    await engine.admin("POST", "/acme/clients", {
      clientId: "second",
      publicClient: true,
      redirectUris: ["https://second.example/*"],
      webOrigins: ["+"],
    })
    const other = await post(engine.endpoint("acme", "token"), form, { origin: "https://second.example" })
    expect(other.status).toBe(403)
    const second = { ...form, client_id: "second" }
    expect(
      (await post(engine.endpoint("acme", "token"), second, { origin: "https://second.example" })).status,
    ).toBe(400)
  })

  test("never reaches the Admin API", async () => {
    for (const origin of [registered, engine.url]) {
      const headers = { origin, authorization: `Bearer ${await engine.adminToken()}` }
      expect((await fetch(`${engine.url}/admin/realms/acme`, { headers })).status).toBe(403)
    }
  })

  test("gets no CORS answer from the authorization endpoint", async () => {
    const answer = await fetch(`${engine.endpoint("acme", "auth")}?client_id=portal`, {
      headers: { origin: registered },
      redirect: "manual",
    })
    expect(answer.headers.get("access-control-allow-origin")).toBeNull()
    expect((await preflight(registered, "/realms/acme/protocol/openid-connect/auth")).status).toBe(404)
  })
})

describe("a realm", () => {
  test("tells its public key and nothing else, and publishes no private half", async () => {
    const info = (await (await fetch(engine.issuer("acme"))).json()) as Record<string, unknown>
    expect(Object.keys(info).sort()).toEqual([
      "account-service",
      "public_key",
      "realm",
      "token-service",
      "tokens-not-before",
    ])
    const { keys } = (await (await fetch(engine.endpoint("acme", "certs"))).json()) as {
      keys: Record<string, unknown>[]
    }
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "e", "kid", "kty", "n", "use"]])
  })

  test("that is unknown, and a path that is, answer 404 as Keycloak does", async () => {
    for (const [path, error] of [
      ["/realms/nowhere", "Realm does not exist"],
      ["/realms/nowhere/protocol/openid-connect/auth", "Realm does not exist"],
      ["/realms/acme/nothing", "Unable to find matching target resource method"],
    ] as const) {
      const answer = await fetch(`${engine.url}${path}`)
      expect([answer.status, await answer.json()]).toEqual([404, { error }])
    }
  })
})
