import { request } from "undici"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

const publicUrl = "https://id.example"
let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine({ publicUrl })
  await engine.createRealm("acme")
})
afterAll(() => engine.close())

const auth = (redirectUri: string) =>
  request(`${engine.url}/realms/acme/protocol/openid-connect/auth`, {
    headers: { host: "id.example" },
    query: {
      client_id: "portal",
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid",
      code_challenge: "a".repeat(43),
      code_challenge_method: "S256",
    },
  })

test("behind an https address, issuer and links are https, cookies Secure, and plain http is for loopback alone", async () => {
  const discovery = await request(`${engine.url}/realms/acme/.well-known/openid-configuration`, {
    headers: { host: "id.example" },
  })
  expect(await discovery.body.json()).toMatchObject({
    issuer: `${publicUrl}/realms/acme`,
    token_endpoint: `${publicUrl}/realms/acme/protocol/openid-connect/token`,
  })
  const { id } = await engine.client("acme", "portal")
  await engine.admin("PUT", `/acme/clients/${id}`, {
    clientId: "portal",
    redirectUris: [
      "https://app.example/callback",
      "http://app.example/callback",
      "http://127.0.0.1/callback",
    ],
  })
  const good = await auth("https://app.example/callback")
  await good.body.dump()
  expect(good.statusCode).toBe(303)
  const cookies = [good.headers["set-cookie"] ?? []].flat()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/; secure; httponly/)
  for (const [uri, status] of [
    ["http://127.0.0.1:5000/callback", 303],
    ["http://app.example/callback", 400],
  ] as const) {
    const answer = await auth(uri)
    await answer.body.dump()
    expect(answer.statusCode, uri).toBe(status)
  }
})
