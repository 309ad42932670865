import { beforeAll, describe, expect, inject, test } from "vitest"
import { createBrowser } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm, password, redirectUri } from "./support/identity-realm.ts"
import { authorizationRequest, newVerifier, openLogin, submitLogin, tokensOf } from "./support/sign-in.ts"

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
  const clients = [
    { clientId: "disabled", enabled: false },
    { clientId: "bearer", bearerOnly: true },
  ]
  for (const client of clients)
    await realm.admin("POST", "/clients", { publicClient: true, redirectUris: [redirectUri], ...client })
})

type Parameters = Readonly<Record<string, string | undefined>>
const open = (parameters: Parameters) =>
  createBrowser().open(authorizationRequest(realm, newVerifier(), { parameters }))

const elsewhere = "https://evil.example/"
const unverified: readonly Parameters[] = [
  { client_id: "unknown" },
  { client_id: "disabled" },
  { client_id: "bearer" },
  { client_id: undefined },
  { client_id: "realm-management" },
  { redirect_uri: elsewhere },
  { redirect_uri: undefined },
  { redirect_uri: "" },
  { redirect_uri: "/callback" },
  { client_id: "unknown", redirect_uri: elsewhere },
]
/** Errors that a registered URI would be told of. */
const failures: readonly Parameters[] = [
  {},
  { prompt: "none" },
  { response_type: "token" },
  { response_type: undefined },
  { scope: "no-such-scope" },
  { code_challenge: undefined, code_challenge_method: undefined },
  { response_mode: "form_post" },
  { response_mode: "fragment", prompt: "none" },
  { request: "e30.e30." },
  { request_uri: "https://evil.example/request" },
]

describe("an unknown client or an unregistered redirect URI", () => {
  test("gets an error page whatever else is wrong, never a redirect or a form that posts elsewhere", async () => {
    for (const who of unverified) {
      for (const failure of failures) {
        const { status, headers, text } = await open({ ...failure, ...who })
        const told = JSON.stringify({ ...failure, ...who })
        expect([told, status, headers.location, headers.refresh]).toEqual([told, 400, undefined, undefined])
        expect(text).toMatch(/<h1>We can&#39;t continue|<h1>We can't continue/)
        expect(text).not.toContain("evil.example")
        expect(text).not.toMatch(/<form|http-equiv="refresh"|<script/i)
      }
    }
  })

  test("gets one also where the URI lost its registration while somebody sat at the login page", async () => {
    const client = { clientId: "moving", publicClient: true }
    await realm.admin("POST", "/clients", { ...client, redirectUris: [redirectUri] })
    const finish = async (uri: string) => {
      const { browser, page } = await openLogin(realm, { clientId: "moving" })
      await realm.admin("PUT", `/clients/${await realm.clientUuid("moving")}`, {
        ...client,
        redirectUris: [uri],
      })
      const posted = await submitLogin(browser, page, "ada", password)
      return browser.visit(new URL(String(posted.headers.location), posted.url))
    }
    expect((await finish(redirectUri)).url.searchParams.get("code")).toMatch(/./)
    const { status, url } = await finish("https://elsewhere.example/callback")
    expect([status, url.origin]).toEqual([400, new URL(realm.issuer).origin])
  })

  test("while the same errors go back to a URI that is registered, with state and iss", async () => {
    for (const failure of [{ prompt: "none" }, { response_type: "token" }, { scope: "no-such-scope" }]) {
      const { status, headers } = await open(failure)
      const location = new URL(String(headers.location))
      const parameters = new URLSearchParams(location.search || location.hash.slice(1))
      expect([status, `${location.origin}${location.pathname}`]).toEqual([303, redirectUri])
      expect(Object.fromEntries(parameters)).toMatchObject({ state: "a-state", iss: realm.issuer })
      expect(parameters.get("error")).toMatch(/./)
    }
  })
})

describe("an unregistered post-logout URI", () => {
  const logout = (query: Record<string, string>) =>
    createBrowser().open(`${realm.endpoint("logout")}?${new URLSearchParams(query)}`)

  test("gets an error page and ends nothing, with and without a hint", async () => {
    const { tokens } = await tokensOf(realm)
    const hint = { id_token_hint: tokens.id_token }
    for (const query of [
      { ...hint, post_logout_redirect_uri: elsewhere },
      { ...hint, post_logout_redirect_uri: redirectUri },
      { client_id: "app", post_logout_redirect_uri: elsewhere },
      { client_id: "unknown", post_logout_redirect_uri: "http://127.0.0.1/bye" },
      { post_logout_redirect_uri: "http://127.0.0.1/bye" },
      { id_token_hint: "e30.e30.", post_logout_redirect_uri: "http://127.0.0.1/bye" },
    ]) {
      const { status, headers, text } = await logout(query)
      expect([status, headers.location]).toEqual([400, undefined])
      expect(text).not.toContain("evil.example")
    }
    expect(await realm.userinfo(tokens.access_token)).toBe(200)
    const { status, headers } = await logout({
      ...hint,
      post_logout_redirect_uri: "http://127.0.0.1/bye",
      state: "s",
    })
    expect([status, headers.location]).toEqual([303, "http://127.0.0.1/bye?state=s"])
    expect(await realm.userinfo(tokens.access_token)).toBe(401)
  })
})
