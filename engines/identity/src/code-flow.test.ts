import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose"
import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTestBrowser } from "./testing/browser.ts"
import { authorize, basic, claimsOf, discover, post, redeem, signIn, submit } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { clientSecretOf, password, redirectUri } from "./testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
})
afterAll(() => engine.close())

describe("a sign-in with code and PKCE", () => {
  test("gives tokens in Keycloak's form with Gatehouse's claims, verified by the published keys", async () => {
    const { tokens } = await signIn(engine, "acme")
    const { access_token, id_token = "" } = tokens
    const keys = createRemoteJWKSet(new URL(engine.endpoint("acme", "certs")))
    const { payload, protectedHeader } = await jwtVerify(access_token, keys, {
      issuer: engine.issuer("acme"),
      audience: "gatehouse-api",
      algorithms: ["RS256"],
    })
    expect(protectedHeader).toMatchObject({ typ: "JWT", alg: "RS256" })
    expect(payload).toMatchObject({
      typ: "Bearer",
      azp: "portal",
      aud: "gatehouse-api",
      sub: await engine.userId("acme", "ada"),
      sid: expect.stringMatching(/^[\w-]{24}$/),
      jti: expect.stringMatching(/^onrtac:/),
      scope: "openid email profile",
      org_id: "acme",
      tenant_id: "acme",
      groups: ["/org-members", "/projects/one"],
      realm_access: { roles: ["developer"] },
      preferred_username: "ada",
      email: "ada@acme.example",
      email_verified: true,
      name: "Ada Lovelace",
      acr: "1",
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300)
    expect(claimsOf(id_token)).toMatchObject({
      typ: "ID",
      aud: "portal",
      azp: "portal",
      sid: payload.sid,
      acr: "1",
    })
    expect(decodeProtectedHeader(id_token).alg).toBe("RS256")
    expect(tokens).toMatchObject({
      token_type: "bearer",
      expires_in: 300,
      refresh_expires_in: 1800,
      session_state: payload.sid,
      "not-before-policy": 0,
      scope: "openid email profile",
    })
  })

  test("carries iss, and openid-client refuses an answer whose iss is another server's", async () => {
    const authorized = await authorize(engine, "acme")
    expect(authorized.callback.searchParams.get("iss")).toBe(engine.issuer("acme"))
    expect(authorized.callback.searchParams.get("state")).toBe(authorized.state)
    const forged = new URL(authorized.callback)
    forged.searchParams.set("iss", engine.issuer("globex"))
    await expect(redeem({ ...authorized, callback: forged })).rejects.toThrow()
    await expect(redeem(authorized)).resolves.toBeDefined()
  })

  test("works for a confidential client too, and gives no ID token without openid", async () => {
    const authorized = await authorize(engine, "acme", { clientId: "gatehouse-api", scope: "profile" })
    const tokens = await client.authorizationCodeGrant(authorized.configuration, authorized.callback, {
      pkceCodeVerifier: authorized.verifier,
      expectedState: authorized.state,
    })
    expect(tokens.id_token).toBeUndefined()
    expect(claimsOf(tokens.access_token)).toMatchObject({ azp: "gatehouse-api", scope: "email profile" })
  })

  test("answers by form_post with a policy that lets its one script run, and by fragment", async () => {
    const posted = await authorize(engine, "acme", { parameters: { response_mode: "form_post" } })
    expect(posted.page).toContain(`action="${redirectUri}"`)
    const fragment = await authorize(engine, "acme", { parameters: { response_mode: "fragment" } })
    expect(fragment.callback.hash).toContain("code=")
  })
})

describe("an authorization request", () => {
  const open = async (parameters: Record<string, string> | string, realm = "acme") => {
    const defaults = {
      client_id: "portal",
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid",
      state: "the-state",
      code_challenge: "a".repeat(43),
      code_challenge_method: "S256",
    }
    const query = typeof parameters === "string" ? parameters : { ...defaults, ...parameters }
    const answer = await fetch(`${engine.endpoint(realm, "auth")}?${new URLSearchParams(query)}`, {
      redirect: "manual",
      headers: { accept: "text/html" },
    })
    const location = answer.headers.get("location")
    return { status: answer.status, location, page: await answer.text() }
  }

  test("with an unknown client or an unregistered redirect URI gets a 400 page and no redirect", async () => {
    expect((await open({})).status).toBe(303)
    for (const parameters of [
      { client_id: "nobody" },
      { client_id: "" },
      { redirect_uri: "https://evil.example/callback" },
      { redirect_uri: "http://127.0.0.1:49152/callback/../evil" },
      { redirect_uri: "http://localhost:3000/..;/evil" },
      { redirect_uri: "http://localhost:3000@evil.example/" },
      { redirect_uri: "" },
    ]) {
      const { status, location, page } = await open(parameters)
      expect([status, location], JSON.stringify(parameters)).toEqual([400, null])
      expect(page).toContain("We can&#39;t continue")
      expect(page).not.toContain("evil.example")
    }
  })

  test("below a registered wildcard and at any loopback port is taken", async () => {
    for (const uri of [
      "http://localhost:3000/a/b?c=d",
      "http://127.0.0.1:1/callback",
      "http://127.0.0.1/callback",
    ])
      expect((await open({ redirect_uri: uri })).status, uri).toBe(303)
  })

  test("that repeats a parameter is refused, resource aside", async () => {
    const good = new URLSearchParams({
      client_id: "portal",
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid",
      code_challenge: "a".repeat(43),
      code_challenge_method: "S256",
    }).toString()
    expect((await open(`${good}&resource=https://a.example&resource=https://b.example`)).location).toContain(
      "/login-actions/",
    )
    for (const name of [
      "client_id",
      "redirect_uri",
      "response_type",
      "scope",
      "code_challenge",
      "state",
      "whatever",
    ]) {
      const value = encodeURIComponent(new URLSearchParams(good).get(name) ?? "x")
      const { status, location } = await open(`${good}&${name}=${value}&${name}=${value}`)
      expect([status, location], name).toEqual([400, null])
    }
  })

  test("of a public client without an S256 challenge is refused", async () => {
    for (const parameters of [
      { code_challenge: "", code_challenge_method: "" },
      { code_challenge_method: "plain" },
      { code_challenge_method: "" },
      { code_challenge: "short" },
    ]) {
      const { location } = await open(parameters)
      expect(new URL(location ?? "").searchParams.get("error"), JSON.stringify(parameters)).toBe(
        "invalid_request",
      )
    }
  })

  test("for what the client is not configured for is refused by redirect, with state and iss", async () => {
    for (const [parameters, error] of [
      [{ response_type: "token" }, "unsupported_response_type"],
      [{ response_type: "code id_token" }, "unsupported_response_type"],
      [{ scope: "openid nonsense" }, "invalid_scope"],
      [{ prompt: "none" }, "login_required"],
    ] as const) {
      const { location } = await open(parameters)
      const { searchParams, hash } = new URL(location ?? "")
      const answer = hash ? new URLSearchParams(hash.slice(1)) : searchParams
      expect(Object.fromEntries(answer)).toMatchObject({
        error,
        state: "the-state",
        iss: engine.issuer("acme"),
      })
    }
  })

  test("by POST is the same request", async () => {
    const answer = await fetch(engine.endpoint("acme", "auth"), {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ client_id: "portal", scope: "openid profile" }),
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get("location")).toBe(
      `${engine.endpoint("acme", "auth")}?client_id=portal&scope=openid+profile`,
    )
  })
})

describe("a session", () => {
  test("signs in a second client without a page, under the same session id", async () => {
    const first = await signIn(engine, "acme")
    const second = await signIn(engine, "acme", { browser: first.browser, clientId: "gatehouse-api" })
    expect(claimsOf(second.tokens.access_token).sid).toBe(claimsOf(first.tokens.access_token).sid)
    const silent = await authorize(engine, "acme", { browser: first.browser, parameters: { prompt: "none" } })
    expect(silent.callback.searchParams.get("code")).not.toBeNull()
  })

  test("asks again for prompt=login and for max_age=0", async () => {
    const { browser } = await signIn(engine, "acme")
    for (const parameters of [{ prompt: "login" }, { max_age: "0" }]) {
      const configuration = await discover(engine, "acme")
      const start = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: "openid",
        code_challenge: "a".repeat(43),
        code_challenge_method: "S256",
        ...parameters,
      })
      const { response } = await browser.follow(await browser.open(start), start)
      expect(await response.text()).toContain('value="ada"')
    }
    const again = await signIn(engine, "acme", { browser, parameters: { prompt: "login" } })
    expect(again.tokens.access_token).toBeDefined()
  })

  test("passes prompt=consent, which nothing here asks", async () => {
    const { tokens } = await signIn(engine, "acme", { parameters: { prompt: "consent" } })
    expect(tokens.access_token).toBeDefined()
  })
})

test("a client that changes while somebody sits at the page gets no code, and no redirect that is no longer its own", async () => {
  const { id } = await engine.client("acme", "portal")
  const change = (more: object) => engine.admin("PUT", `/acme/clients/${id}`, { clientId: "portal", ...more })
  const finish = async (more: object) => {
    const browser = createTestBrowser()
    const { page = "", callback } = await authorize(engine, "acme", { browser, username: "nobody" })
    await change(more)
    return browser.follow(await submit(browser, callback, page, "ada", password), callback)
  }
  const switchedOff = await finish({ standardFlowEnabled: false })
  expect(switchedOff.url.searchParams.get("error")).toBe("unauthorized_client")
  await change({ standardFlowEnabled: true })
  const moved = await finish({ redirectUris: ["https://moved.example/callback"] })
  expect([moved.response.status, moved.url.origin]).toEqual([400, engine.url])
  await change({ redirectUris: ["http://127.0.0.1/callback", "http://localhost:3000/*"] })
  expect((await finish({})).url.searchParams.get("code")).not.toBeNull()
})

describe("an authorization code", () => {
  const exchange = (authorized: Awaited<ReturnType<typeof authorize>>, more: Record<string, string> = {}) =>
    post(engine.endpoint("acme", "token"), {
      grant_type: "authorization_code",
      client_id: "portal",
      code: authorized.callback.searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
      code_verifier: authorized.verifier,
      ...more,
    })

  test("works once: a second use is refused and revokes the tokens of the first", async () => {
    const authorized = await authorize(engine, "acme")
    const first = await exchange(authorized)
    expect(first.status).toBe(200)
    const headers = { authorization: `Bearer ${first.body.access_token}` }
    expect((await fetch(engine.endpoint("acme", "userinfo"), { headers })).status).toBe(200)
    const second = await exchange(authorized)
    expect(second).toMatchObject({
      status: 400,
      body: { error: "invalid_grant", error_description: "Code not valid" },
    })
    expect((await fetch(engine.endpoint("acme", "userinfo"), { headers })).status).toBe(401)
    const refresh = await post(engine.endpoint("acme", "token"), {
      grant_type: "refresh_token",
      client_id: "portal",
      refresh_token: String(first.body.refresh_token),
    })
    expect(refresh).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
  })

  test("gives exactly one of fifty concurrent uses a token", async () => {
    const authorized = await authorize(engine, "acme")
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(authorized)))
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
  })

  test("is spent by an attempt that fails", async () => {
    for (const wrong of [
      { code_verifier: "b".repeat(43) },
      { code_verifier: "" },
      { redirect_uri: "http://127.0.0.1:49153/callback" },
    ]) {
      const authorized = await authorize(engine, "acme")
      expect(await exchange(authorized, wrong)).toMatchObject({
        status: 400,
        body: { error: "invalid_grant" },
      })
      expect((await exchange(authorized)).status).toBe(400)
    }
  })

  test("is refused to another client, and to another realm", async () => {
    await engine.createRealm("globex")
    const authorized = await authorize(engine, "acme")
    const code = authorized.callback.searchParams.get("code") ?? ""
    const form = {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: authorized.verifier,
    }
    const elsewhere = await post(engine.endpoint("globex", "token"), { ...form, client_id: "portal" })
    expect(elsewhere).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
    const other = await post(
      engine.endpoint("acme", "token"),
      form,
      basic("gatehouse-api", clientSecretOf("acme")),
    )
    expect(other).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
  })

  test("that is used again, even wrongly, ends what its first use gave", async () => {
    for (const wrong of [
      { code_verifier: "x".repeat(43) },
      { redirect_uri: "http://127.0.0.1/callback" },
      {},
    ]) {
      const authorized = await authorize(engine, "acme")
      const first = await exchange(authorized)
      const headers = { authorization: `Bearer ${first.body.access_token}` }
      expect((await exchange(authorized, wrong)).status).toBe(400)
      expect((await fetch(engine.endpoint("acme", "userinfo"), { headers })).status).toBe(401)
    }
  })

  test("with any character changed, removed or added is refused", async () => {
    const authorized = await authorize(engine, "acme")
    const code = authorized.callback.searchParams.get("code") ?? ""
    const changed = `${code.slice(0, -1)}${code.endsWith("A") ? "B" : "A"}`
    for (const broken of [code.slice(0, -1), code.slice(1), `${code}A`, changed])
      expect((await exchange(authorized, { code: broken })).status).toBe(400)
    expect((await exchange(authorized)).status).toBe(200)
  })

  test("gives no token for a user who was disabled after it was issued", async () => {
    const id = await engine.userId("acme", "grace")
    const authorized = await authorize(engine, "acme", { username: "grace" })
    await engine.admin("PUT", `/acme/users/${id}`, { enabled: false })
    expect(await exchange(authorized)).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
    await engine.admin("PUT", `/acme/users/${id}`, { enabled: true })
    expect((await exchange(await authorize(engine, "acme", { username: "grace" }))).status).toBe(200)
  })
})
