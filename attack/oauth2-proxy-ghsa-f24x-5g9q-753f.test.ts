import { beforeAll, expect, inject, test } from "vitest"
import { createBrowser } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import { signIn, tokensOf } from "./support/sign-in.ts"

/**
 * oauth2-proxy GHSA-f24x-5g9q-753f, ASVS 7.4.1, carried over to the identity engine, whose cookies are the only ones there
 * are: once signed out, or asked to sign in anew, a copy of the old cookies is worth nothing.
 */

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
})

/** What somebody gets who copied the cookies: a code, or an error. */
async function withCopyOf(cookies: ReadonlyMap<string, string>): Promise<string> {
  const browser = createBrowser()
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  const { landing, code } = await signIn(realm, { browser, parameters: { prompt: "none" } })
  return code === null ? (landing.url.searchParams.get("error") ?? String(landing.status)) : "a code"
}

test("a copy of the cookies is dead after the sign-out", async () => {
  const { browser, tokens } = await tokensOf(realm)
  const copy = new Map(browser.cookies)
  expect(await withCopyOf(copy)).toBe("a code")
  const url = new URL(realm.endpoint("logout"))
  url.search = new URLSearchParams({ id_token_hint: tokens.id_token }).toString()
  expect((await browser.visit(url)).status).toBe(200)
  expect(await withCopyOf(copy)).toBe("login_required")
  expect(await realm.userinfo(tokens.access_token)).toBe(401)
})

test("a copy of the cookies is dead after somebody else signed in where they were", async () => {
  const { browser, tokens } = await tokensOf(realm)
  const copy = new Map(browser.cookies)
  const { code } = await signIn(realm, { browser, username: "grace", parameters: { prompt: "login" } })
  expect(code).not.toBeNull()
  expect(await withCopyOf(copy)).toBe("login_required")
  expect(await realm.userinfo(tokens.access_token)).toBe(401)
})
