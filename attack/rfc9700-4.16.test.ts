import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { launchChromium, withPage } from "../tests/support/chromium.ts"
import { ask } from "../tests/support/http.ts"
import { createBrowser, type Page } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import { authorizationRequest, newVerifier, openLogin, signIn, submitLogin } from "./support/sign-in.ts"

/** RFC 9700 sections 4.16 and 4.17, ASVS 3.4.6, 3.5.5: no page is framed, and none talks to another window. */

let realm: IdentityRealm
let chromium: Browser
let framing: Server
let framed = ""
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
  chromium = await launchChromium()
  framing = createServer(({ url }, response) => {
    response.setHeader("content-type", "text/html")
    const inner = url === "/twin" ? "/plain" : framed
    response.end(
      url === "/plain"
        ? "<p id=inner>plain</p>"
        : `<iframe src="${inner.replaceAll("&", "&amp;")}"></iframe>`,
    )
  })
  await new Promise<void>((resolve) => framing.listen(0, "127.0.0.1", resolve))
}, 90_000)
afterAll(async () => {
  await chromium?.close()
  framing?.close()
})

/** Every page that a person can be shown. */
async function pages(): Promise<readonly Page[]> {
  const { browser, page } = await openLogin(realm)
  const failed = await submitLogin(browser, page, "ada", "wrong")
  const unknown = authorizationRequest(realm, newVerifier(), { clientId: "unknown" })
  const signedIn = (await signIn(realm)).browser
  return [
    page,
    failed,
    await createBrowser().open(unknown),
    await signedIn.open(realm.endpoint("logout")),
    await createBrowser().open(realm.endpoint("logout")),
    await createBrowser().open(page.url),
  ]
}

test("every page forbids to be framed, in both ways, and runs no script", async () => {
  for (const { headers, text } of await pages()) {
    expect(headers["content-type"]).toMatch(/^text\/html/)
    expect(headers["content-security-policy"]).toMatch(
      /(^|; )default-src 'none';.*(^|; )frame-ancestors 'none'(;|$)/,
    )
    expect(headers["content-security-policy"]).not.toMatch(/script-src|unsafe-inline/)
    expect(headers["x-frame-options"]).toBe("DENY")
    expect(text).not.toMatch(/<script|\son[a-z]+\s*=|javascript:|postMessage|window\.opener/i)
  }
})

test("a browser shows nothing of the login page in a frame of another origin", async () => {
  framed = authorizationRequest(realm, newVerifier()).href
  const { port } = framing.address() as AddressInfo
  const shown = (path: string, selector: string) =>
    withPage(chromium, async (page) => {
      await page.goto(`http://127.0.0.1:${port}${path}`, { waitUntil: "load" })
      return page.frameLocator("iframe").locator(selector).count()
    })
  expect(await shown("/twin", "#inner")).toBe(1)
  expect(await shown("/", "input, form")).toBe(0)
  const unframed = await withPage(chromium, async (page) => {
    await page.goto(framed)
    return page.locator("input[name=password]").count()
  })
  expect(unframed).toBe(1)
})

test("no endpoint is there for messages between windows, and no response comes by message", async () => {
  const discovery = (await ask(`${realm.issuer}/.well-known/openid-configuration`)).json as {
    readonly check_session_iframe?: string
    readonly response_modes_supported: readonly string[]
  }
  expect(discovery.check_session_iframe).toBeUndefined()
  expect(discovery.response_modes_supported).not.toContain("web_message")
  for (const path of ["login-status-iframe.html", "3p-cookies/step1.html"])
    expect((await ask(realm.endpoint(path))).status).toBe(404)
  for (const mode of ["web_message", "web_message.jwt", "form_post"]) {
    const { text } = (await openLogin(realm, { parameters: { response_mode: mode } })).page
    expect(text).not.toMatch(/postMessage|<script/)
    if (mode !== "form_post") expect(text).not.toContain("kc-form-login")
  }
})
