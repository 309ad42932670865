import { beforeAll, expect, inject, test } from "vitest"
import { type Browser, createBrowser, type Page } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm, password } from "./support/identity-realm.ts"
import { authorizationRequest, newVerifier, openLogin, submitLogin, tokensOf } from "./support/sign-in.ts"

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
})

/** Every page that a person can be shown. */
async function pages(): Promise<readonly Page[]> {
  const { browser, page } = await openLogin(realm)
  const failed = await submitLogin(browser, page, "ada", "wrong")
  const unknown = await createBrowser().open(
    authorizationRequest(realm, newVerifier(), { parameters: { client_id: "unknown" } }),
  )
  const signedIn = (await tokensOf(realm)).browser
  const asked = await signedIn.open(realm.endpoint("logout"))
  const out = await createBrowser().open(realm.endpoint("logout"))
  const expired = await createBrowser().open(page.url)
  return [page, failed, unknown, asked, out, expired]
}

test("every page sends no referrer, and loads nothing", async () => {
  for (const { status, headers, text } of await pages()) {
    expect([200, 400]).toContain(status)
    expect(headers["referrer-policy"]).toBe("no-referrer")
    expect(text).toContain('<meta name="referrer" content="no-referrer">')
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
    expect(text).not.toMatch(
      /<(script|link|img|iframe|object|embed|base|audio|video|source|form action="http)/i,
    )
    expect(text).not.toMatch(/\b(src|srcset|href|background|poster|formaction)\s*=|url\(|@import/i)
    expect(headers.link).toBeUndefined()
  }
})

test("every redirect on the way sends no referrer and is a 303, after the posted password above all", async () => {
  const { browser, page } = await openLogin(realm)
  const posted = await submitLogin(browser, page, "ada", password)
  expect([posted.status, posted.headers["referrer-policy"]]).toEqual([303, "no-referrer"])
  const resumed = await browser.open(new URL(String(posted.headers.location), posted.url))
  expect([resumed.status, resumed.headers["referrer-policy"]]).toEqual([303, "no-referrer"])
  expect(String(resumed.headers.location)).toContain("code=")
  expect(await statusOfPostedLogout(browser)).toBe(303)
})

test("a posted authorization request is followed by 303 too", async () => {
  const { search } = authorizationRequest(realm, newVerifier())
  const { status } = await createBrowser().open(realm.endpoint("auth"), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: search.slice(1),
  })
  expect(status).toBe(303)
})

/** The answer to the confirmation of a logout, which is a form as well. */
async function statusOfPostedLogout(browser: Browser): Promise<number> {
  const query = new URLSearchParams({ client_id: "app", post_logout_redirect_uri: "http://127.0.0.1/bye" })
  const page = await browser.open(`${realm.endpoint("logout")}?${query}`)
  const [, action = ""] = /action="([^"]*)"/.exec(page.text) ?? []
  const fields = [...page.text.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]) => [name, value],
  )
  const { status } = await browser.open(new URL(action, page.url), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields as [string, string][]).toString(),
  })
  return status
}
