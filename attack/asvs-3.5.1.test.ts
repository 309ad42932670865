import { randomUUID } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { launchChromium, withPage } from "../tests/support/chromium.ts"
import { ask } from "../tests/support/http.ts"
import { createIdentityRealm, type IdentityRealm, password } from "./support/identity-realm.ts"
import { type Member, member } from "./support/organizations.ts"
import { acme, addressOf, plane } from "./support/plane.ts"
import { formOf, openLogin, signIn, submitLogin } from "./support/sign-in.ts"

/** ASVS 3.5.1, 3.5.3: a change asked from another origin is refused, however a browser is made to ask. */

const evil = "http://evil.example"
let admin: Member
let realm: IdentityRealm
beforeAll(async () => {
  admin = await member(acme, "admin")
  realm = await createIdentityRealm(inject("plane"))
})

const names = async () => (await admin.ask("GET", "/v1/projects?limit=200")).text

describe("the API", () => {
  test("takes no cookie for a credential", async () => {
    const { browser } = await signIn(realm)
    const cookie = [...browser.cookies].map(([key, value]) => `${key.split(" ")[0]}=${value}`).join("; ")
    for (const headers of [
      { cookie },
      { cookie: `access_token=${admin.token}` },
      { cookie: `Authorization=Bearer ${admin.token}` },
    ])
      expect((await ask(`${acme.url}/v1/me`, { headers })).status).toBe(401)
    expect((await admin.ask("GET", "/v1/me")).status).toBe(200)
  })

  test("reads no change from what a form can send", async () => {
    const name = `formed-${randomUUID()}`
    for (const type of [
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain",
      "",
    ]) {
      const answer = await admin.ask("POST", "/v1/projects", {
        headers: type === "" ? {} : { "content-type": type },
        body: JSON.stringify({ name }),
      })
      expect({ type, refused: answer.status >= 400 }).toEqual({ type, refused: true })
    }
    expect(await names()).not.toContain(name)
  })

  test("makes no change of a GET, whatever method it claims", async () => {
    for (const header of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      for (const method of ["GET", "POST"]) {
        await admin.ask(method, `/v1/projects/${acme.project.id}?_method=DELETE&method=DELETE`, {
          headers: { [header]: "DELETE" },
        })
      }
    }
    expect((await admin.ask("GET", `/v1/projects/${acme.project.id}`)).status).toBe(200)
  })

  test("answers no preflight of another origin, and its answers are readable to none", async () => {
    const preflight = (origin: string) =>
      ask(`${acme.url}/v1/projects`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        },
      })
    for (const origin of [
      evil,
      "null",
      "http://acme.localhost.evil.example",
      "https://acme.localhost",
      "http://globex.localhost",
    ]) {
      const answer = await preflight(origin)
      expect({ origin, refused: answer.status >= 400 }).toEqual({ origin, refused: true })
      const read = await admin.ask("GET", "/v1/me", { headers: { origin } })
      for (const { headers } of [answer, read]) expect(headers["access-control-allow-origin"]).toBeUndefined()
    }
    const twin = await preflight(acme.url)
    expect(twin.headers["access-control-allow-origin"]).toBe(acme.url)
    expect(twin.headers["access-control-allow-credentials"]).toBeUndefined()
  })
})

describe("engines and control", () => {
  test("take nothing from a page, even with their credential", async () => {
    const { control, authorization = "" } = plane.credentials
    for (const origin of [evil, "null", acme.url, "http://localhost:3000"]) {
      const headers = { origin }
      const stores = await ask(`${addressOf("authorization")}/stores`, { token: authorization, headers })
      const realms = await ask(`${addressOf("identity")}/admin/realms`, { token: admin.token, headers })
      const status = await ask(control.url, { token: control.token, headers })
      for (const answer of [stores, realms, status]) {
        expect({ origin, refused: answer.status >= 400 }).toEqual({ origin, refused: true })
        expect(answer.headers["access-control-allow-origin"]).toBeUndefined()
      }
    }
    expect((await ask(`${addressOf("authorization")}/stores`, { token: authorization })).status).toBe(200)
  })
})

describe("the login pages", () => {
  test("take their form from themselves alone", async () => {
    const { browser, page } = await openLogin(realm)
    for (const headers of [
      { origin: evil },
      { origin: "http://localhost:3000" },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ]) {
      const answer = await browser.open(formOf(page), {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(headers as Record<string, string>),
        },
        body: new URLSearchParams({ username: "ada", password }).toString(),
      })
      expect({ headers, status: answer.status }).toEqual({ headers, status: 403 })
    }
    expect((await submitLogin(browser, page, "ada", password)).status).toBe(303)
  })

  test("end no session that a link or a foreign form wants ended", async () => {
    const { browser } = await signIn(realm)
    const url = realm.endpoint("logout")
    expect((await browser.visit(url)).text).toContain("kc-logout-confirm")
    for (const body of ["", "confirmLogout=yes", "client_id=app"]) {
      const foreign = await browser.open(url, {
        method: "POST",
        headers: {
          origin: evil,
          "sec-fetch-site": "cross-site",
          "content-type": "application/x-www-form-urlencoded",
        },
        body,
      })
      expect(foreign.status === 303 && !String(foreign.headers.location).includes("logout")).toBe(false)
    }
    const still = await signIn(realm, { browser, parameters: { prompt: "none" } })
    expect(still.code).not.toBeNull()
  })
})

describe("in a real browser", () => {
  let chromium: Browser
  let elsewhere: Server
  beforeAll(async () => {
    chromium = await launchChromium()
    elsewhere = createServer((_request, response) => response.end("<title>page</title>"))
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
  }, 90_000)
  afterAll(async () => {
    await chromium?.close()
    elsewhere?.close()
  })

  test("a page elsewhere neither reads nor changes anything, and one of the organization's origin does", async () => {
    const mark = randomUUID()
    const made = await withPage(chromium, async (page) => {
      const attempt = async (start: string) => {
        await page.goto(start)
        return page.evaluate(
          async ({ url, token, name }) => {
            const body = JSON.stringify({ name })
            const outcomes: string[] = []
            for (const init of [
              { headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } },
              { mode: "no-cors" as const, headers: { "content-type": "text/plain" } },
            ])
              outcomes.push(
                await fetch(`${url}/v1/projects`, {
                  method: "POST",
                  credentials: "include",
                  body,
                  ...init,
                }).then(
                  ({ status }) => String(status),
                  () => "failed",
                ),
              )
            return outcomes
          },
          { url: acme.url, token: admin.token, name: `from ${new URL(start).hostname} ${mark}` },
        )
      }
      const { port } = elsewhere.address() as AddressInfo
      return { evil: await attempt(`http://127.0.0.1:${port}/`), own: await attempt(`${acme.url}/healthz`) }
    })
    expect(made).toEqual({ evil: ["failed", "0"], own: ["201", expect.stringMatching(/^4/)] })
    const listed = await names()
    expect(listed).toContain(`from acme.localhost ${mark}`)
    expect(listed).not.toContain(`from 127.0.0.1 ${mark}`)
  })
})
