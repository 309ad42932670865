import { createServer, type Server } from "node:http"
import { createRemoteJWKSet, jwtVerify } from "jose"
import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTestBrowser, readForm } from "./testing/browser.ts"
import { authorize, basic, claimsOf, post, signIn } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { clientSecretOf } from "./testing/test-realm.ts"

let engine: TestEngine
let receiver: Server
let answer: () => number = () => 204
const received: string[] = []

beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
  receiver = createServer((request, response) => {
    let body = ""
    request.on("data", (part) => {
      body += String(part)
    })
    request.on("end", () => {
      received.push(new URLSearchParams(body).get("logout_token") ?? "")
      response.writeHead(answer()).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
  const address = receiver.address()
  const port = typeof address === "object" && address ? address.port : 0
  const { id } = await engine.client("acme", "gatehouse-api")
  await engine.admin("PUT", `/acme/clients/${id}`, {
    clientId: "gatehouse-api",
    attributes: { "backchannel.logout.url": `http://127.0.0.1:${port}/logout` },
  })
})
afterAll(async () => {
  await engine.close()
  await new Promise((resolve) => receiver.close(resolve))
})

const alive = async (token: string) =>
  (await fetch(engine.endpoint("acme", "userinfo"), { headers: { authorization: `Bearer ${token}` } }))
    .status === 200
const logout = (parameters: Record<string, string>, browser = createTestBrowser()) =>
  browser.open(`${engine.endpoint("acme", "logout")}?${new URLSearchParams(parameters)}`)

describe("logout with an ID token", () => {
  test("ends the session for every client in it, and goes where the client registered", async () => {
    const { browser, configuration, tokens } = await signIn(engine, "acme")
    const second = await signIn(engine, "acme", { browser, clientId: "gatehouse-api" })
    const url = client.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token ?? "",
      post_logout_redirect_uri: "http://localhost:3000/bye",
      state: "s",
    })
    const response = await browser.open(url)
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("http://localhost:3000/bye?state=s")
    expect(await alive(tokens.access_token)).toBe(false)
    expect(await alive(second.tokens.access_token)).toBe(false)
    const again = await authorize(engine, "acme", { browser, parameters: { prompt: "none" } })
    expect(again.callback.searchParams.get("error")).toBe("login_required")
  })

  test("works without the browser's cookies, and the session id is never used again in that browser", async () => {
    const { browser, tokens } = await signIn(engine, "acme")
    const response = await logout({ id_token_hint: tokens.id_token ?? "" })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain("You are signed out")
    expect(await alive(tokens.access_token)).toBe(false)
    const next = await signIn(engine, "acme", { browser, username: "grace" })
    expect(claimsOf(next.tokens.access_token).sid).not.toBe(claimsOf(tokens.access_token).sid)
    expect(claimsOf(next.tokens.access_token).preferred_username).toBe("grace")
  })

  test("refuses what is no ID token of the realm, and ends nothing", async () => {
    await engine.createRealm("globex")
    const { tokens } = await signIn(engine, "acme")
    const foreign = await signIn(engine, "globex")
    for (const hint of [
      tokens.access_token,
      foreign.tokens.id_token ?? "",
      "nonsense",
      `${tokens.id_token}x`,
    ])
      expect((await logout({ id_token_hint: hint })).status).toBe(400)
    expect(await alive(tokens.access_token)).toBe(true)
  })

  test("never redirects to an unregistered address, nor for an unnamed client", async () => {
    const { tokens } = await signIn(engine, "acme")
    const hint = { id_token_hint: tokens.id_token ?? "" }
    for (const parameters of [
      { ...hint, post_logout_redirect_uri: "https://evil.example/" },
      { ...hint, post_logout_redirect_uri: "http://localhost:3000/..;/x" },
      { post_logout_redirect_uri: "http://localhost:3000/bye" },
      { client_id: "nobody", post_logout_redirect_uri: "http://localhost:3000/bye" },
      { ...hint, client_id: "gatehouse-api" },
    ]) {
      const response = await logout(parameters)
      expect([response.status, response.headers.get("location")]).toEqual([400, null])
    }
    const twice = `${engine.endpoint("acme", "logout")}?client_id=portal&client_id=portal`
    expect((await fetch(twice)).status).toBe(400)
    expect(await alive(tokens.access_token)).toBe(true)
  })
})

describe("logout without an ID token", () => {
  test("asks first, and ends the session only by the form made for it", async () => {
    const { browser, tokens } = await signIn(engine, "acme")
    const stranger = await signIn(engine, "acme", { username: "grace" })
    const asked = await logout(
      { client_id: "portal", post_logout_redirect_uri: "http://127.0.0.1/bye" },
      browser,
    )
    expect(asked.status).toBe(200)
    expect(asked.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
    const { action, fields } = readForm(await asked.text(), "kc-logout-confirm")
    const confirm = (body: URLSearchParams, by = browser) =>
      by.open(new URL(action, engine.url), { method: "POST", body })
    const forged = new URLSearchParams(fields)
    forged.set("session_code", "x")
    expect((await confirm(forged)).status).toBe(400)
    expect((await confirm(fields, stranger.browser)).status).toBe(400)
    expect(await alive(tokens.access_token)).toBe(true)
    const done = await confirm(fields)
    expect([done.status, done.headers.get("location")]).toEqual([303, "http://127.0.0.1/bye"])
    expect(await alive(tokens.access_token)).toBe(false)
    expect(await alive(stranger.tokens.access_token)).toBe(true)
  })

  test("by a client that holds the refresh token is answered 204", async () => {
    const { tokens } = await signIn(engine, "acme")
    const form = { client_id: "portal", refresh_token: tokens.refresh_token ?? "" }
    const foreign = await post(
      engine.endpoint("acme", "logout"),
      { refresh_token: tokens.refresh_token ?? "" },
      basic("gatehouse-api", clientSecretOf("acme")),
    )
    expect(foreign.status).toBe(400)
    expect((await post(engine.endpoint("acme", "logout"), form)).status).toBe(204)
    expect(await alive(tokens.access_token)).toBe(false)
  })
})

describe("back-channel logout", () => {
  test("reaches a client that took part with a logout token of sid and sub before the answer does", async () => {
    const { tokens } = await signIn(engine, "acme", { clientId: "gatehouse-api" })
    received.length = 0
    await logout({ id_token_hint: tokens.id_token ?? "" })
    expect(received).toHaveLength(1)
    const keys = createRemoteJWKSet(new URL(engine.endpoint("acme", "certs")))
    const { payload } = await jwtVerify(received[0] ?? "", keys, {
      issuer: engine.issuer("acme"),
      audience: "gatehouse-api",
      typ: "logout+jwt",
    })
    const { sub, sid } = claimsOf(tokens.access_token)
    expect(payload).toMatchObject({
      sub,
      sid,
      typ: "Logout",
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
    expect(payload).not.toHaveProperty("nonce")
    expect(await alive(received[0] ?? "")).toBe(false)
  })

  test("is tried again when the client fails, and told of an administrator's logout too", async () => {
    const { tokens } = await signIn(engine, "acme", { clientId: "gatehouse-api", username: "grace" })
    received.length = 0
    let failures = 1
    answer = () => (failures-- > 0 ? 500 : 204)
    const ended = await engine.admin("POST", `/acme/users/${await engine.userId("acme", "grace")}/logout`)
    expect(ended.status).toBe(204)
    await expect.poll(() => received.length).toBe(2)
    expect(claimsOf(received[1] ?? "").sid).toBe(claimsOf(tokens.access_token).sid)
    expect(await alive(tokens.access_token)).toBe(false)
  })

  test("passes over clients that took no part", async () => {
    const { tokens } = await signIn(engine, "acme")
    received.length = 0
    await logout({ id_token_hint: tokens.id_token ?? "" })
    expect(received).toEqual([])
  })
})
