import { createServer, type Server } from "node:http"
import * as client from "openid-client"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { launchChromium, withPage } from "../../../tests/support/chromium.ts"
import { claimsOf, discover } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { password } from "./testing/test-realm.ts"

let engine: TestEngine
let browser: Browser
let application: Server
let redirectUri: string

beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme", { displayName: "Acme" })
  browser = await launchChromium()
  application = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Portal</title><h1>Back again</h1>")
  })
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve))
  const address = application.address()
  redirectUri = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/callback`
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await engine?.close()
  application?.close()
})

test("a person signs in with a real browser that runs no script, after a mistake, and out again", async () => {
  const configuration = await discover(engine, "acme")
  const verifier = client.randomPKCECodeVerifier()
  const start = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  })
  await withPage(
    browser,
    async (page) => {
      const complaints: string[] = []
      page.on("console", (message) => complaints.push(message.text()))
      page.on("requestfailed", (request) => complaints.push(request.url()))
      await page.goto(start.href)
      expect(await page.title()).toBe("Sign in · Acme")
      await page.getByLabel("User name or e-mail").fill("ada")
      await page.getByLabel("Password").fill("wrong")
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByRole("alert").waitFor()
      expect(await page.title()).toBe("Sign-in failed · Acme")
      await page.getByLabel("Password").fill(password)
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByRole("heading", { name: "Back again" }).waitFor()
      const tokens = await client.authorizationCodeGrant(configuration, new URL(page.url()), {
        pkceCodeVerifier: verifier,
      })
      expect(claimsOf(tokens.access_token).preferred_username).toBe("ada")
      await page.goto(engine.endpoint("acme", "logout"))
      await page.getByRole("button", { name: "Sign out" }).click()
      await page.getByRole("heading", { name: "You are signed out" }).waitFor()
      expect(complaints).toEqual([])
    },
    { javaScriptEnabled: false },
  )
}, 60_000)
