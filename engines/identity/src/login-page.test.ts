import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTestBrowser, readForm, type TestBrowser } from "./testing/browser.ts"
import { authorize, claimsOf, discover, redeem, signIn, submit } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { password, redirectUri } from "./testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme", { displayName: `Acme <b>"&'</b>`, failureFactor: 1000 })
})
afterAll(() => engine.close())

async function openLogin(browser: TestBrowser, more: Record<string, string> = {}, realm = "acme") {
  const configuration = await discover(engine, realm)
  const start = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid",
    code_challenge: await client.calculatePKCECodeChallenge("a".repeat(43)),
    code_challenge_method: "S256",
    ...more,
  })
  const { response, url } = await browser.follow(await browser.open(start), start)
  return { response, url, page: await response.text() }
}

describe("the sign-in page", () => {
  test("loads nothing else, is not framed, not kept, and sends no referrer", async () => {
    const { response, page } = await openLogin(createTestBrowser())
    expect(response.status).toBe(200)
    const policy = response.headers.get("content-security-policy") ?? ""
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http/)
    expect(policy).toContain("frame-ancestors 'none'; base-uri 'none'")
    expect(policy).not.toContain("unsafe")
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
    })
    expect(page).not.toMatch(/<script|<img|<link|src=|href=/)
  })

  test("shows names as text, and repeats nothing of the request unescaped", async () => {
    const hint = `"><script>alert(1)</script>`
    const { page } = await openLogin(createTestBrowser(), { login_hint: hint })
    expect(page).toContain("Sign in to Acme &lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;")
    expect(page).toContain("to continue to Portal")
    expect(page).not.toContain("<script")
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;')
  })

  test("is the same for a known and an unknown user, with 200", async () => {
    const answers = await Promise.all(
      ["ada", "nobody", "ada@acme.example", "x".repeat(300), ""].map(async (name) => {
        const browser = createTestBrowser()
        const { url, page } = await openLogin(browser)
        const answer = await submit(browser, url, page, name, "wrong")
        const text = (await answer.text())
          .replaceAll(/authenticate\/[\w-]+/g, "")
          .replace(/ value="[^"]*"/, "")
        return { status: answer.status, text: text.replace(" autofocus", "") }
      }),
    )
    for (const { status, text } of answers) {
      expect(status).toBe(200)
      expect(text).toBe(answers[0]?.text)
      expect(text).toContain("User name or password is wrong.")
    }
  })

  test("takes as long for an unknown user as for a known one", async () => {
    const time = async (name: string) => {
      const browser = createTestBrowser()
      const { url, page } = await openLogin(browser)
      const start = performance.now()
      await (await submit(browser, url, page, name, "wrong")).text()
      return performance.now() - start
    }
    const [known, unknown]: [number[], number[]] = [[], []]
    for (let round = 0; round < 8; round += 1) {
      known.push(await time("ada"))
      unknown.push(await time("nobody"))
    }
    // The least of each: what others take on a busy machine is in neither.
    const [present, missing] = [Math.min(...known), Math.min(...unknown)]
    expect(Math.abs(present - missing)).toBeLessThan(Math.max(40, present * 0.35))
    expect(Math.min(present, missing)).toBeGreaterThan(190)
  })

  test("signs in after a failure, by e-mail and in any spelling of the name, with 303", async () => {
    const browser = createTestBrowser()
    const { url, page } = await openLogin(browser)
    const failed = await submit(browser, url, page, "ada", `${password}x`)
    const answer = await submit(browser, url, await failed.text(), " ADA@acme.example ", password)
    expect(answer.status).toBe(303)
    expect(answer.headers.get("location")).toContain("/protocol/openid-connect/auth/")
  })

  test("tells passwords apart that differ in case, in the last character or by a space", async () => {
    for (const wrong of [password.toUpperCase(), password.slice(0, -1), `${password} `, ` ${password}`, ""]) {
      const browser = createTestBrowser()
      const { url, page } = await openLogin(browser)
      expect((await submit(browser, url, page, "ada", wrong)).status, wrong).toBe(200)
    }
  })

  test("goes on only in the browser that began it", async () => {
    const attacker = createTestBrowser()
    const { url, page } = await openLogin(attacker)
    const victim = createTestBrowser()
    expect((await victim.open(url)).status).toBe(400)
    const stolen = await submit(victim, url, page, "ada", password)
    expect([stolen.status, stolen.headers.get("location")]).toEqual([400, null])
    expect((await submit(attacker, url, page, "ada", password)).status).toBe(303)
  })

  test("is not resumed in another browser either, with the address that follows it", async () => {
    const browser = createTestBrowser()
    const { url, page } = await openLogin(browser)
    const answer = await submit(browser, url, page, "ada", password)
    const resume = answer.headers.get("location") ?? ""
    const other = await createTestBrowser().open(resume)
    expect([other.status, other.headers.get("location")]).toEqual([400, null])
    expect((await browser.open(resume)).status).toBe(303)
    expect((await browser.open(resume)).status).toBe(400)
  })

  test("is refused to a form of another origin, and to a repeated field", async () => {
    const browser = createTestBrowser()
    const { url, page } = await openLogin(browser)
    const target = new URL(readForm(page).action, url)
    const body = new URLSearchParams({ username: "ada", password })
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null", "sec-fetch-site": "cross-site" },
    ])
      expect((await browser.open(target, { method: "POST", body, headers })).status).toBe(403)
    const twice = new URLSearchParams([...body, ["username", "grace"]])
    expect((await browser.open(target, { method: "POST", body: twice })).status).toBe(400)
    const own = { origin: "null", "sec-fetch-site": "same-origin" }
    expect((await browser.open(target, { method: "POST", body, headers: own })).status).toBe(303)
  })
})

describe("the browser's session", () => {
  test("is kept by HttpOnly, SameSite cookies of the realm's path, with a new id at each sign-in", async () => {
    const { browser } = await signIn(engine, "acme")
    const session = () => browser.cookies.get("gatehouse_identity_session /realms/acme/")
    const before = session()
    expect(before?.attributes).toMatch(/httponly/i)
    expect(before?.attributes).toMatch(/samesite=lax/i)
    expect(before?.attributes).not.toMatch(/expires|max-age/i)
    await signIn(engine, "acme", { browser, parameters: { prompt: "login" } })
    expect(session()?.value).not.toBe(before?.value)
  })

  test("with a changed cookie, or one made up beforehand, is none", async () => {
    const { browser } = await signIn(engine, "acme")
    const key = "gatehouse_identity_session /realms/acme/"
    const cookie = browser.cookies.get(key)
    browser.cookies.set(key, { value: "made-up", path: "/realms/acme/", attributes: "" })
    const { page } = await openLogin(browser)
    expect(page).toContain("kc-form-login")
    const planted = createTestBrowser()
    planted.cookies.set(key, { value: "planted", path: "/realms/acme/", attributes: "" })
    await signIn(engine, "acme", { browser: planted })
    expect(planted.cookies.get(key)?.value).not.toBe("planted")
    expect(cookie?.value).toBeDefined()
  })

  test("of another user ends when somebody else signs in, with its tokens", async () => {
    const ada = await signIn(engine, "acme")
    const grace = await signIn(engine, "acme", {
      browser: ada.browser,
      username: "grace",
      parameters: { prompt: "login" },
    })
    const [first, second] = [claimsOf(ada.tokens.access_token), claimsOf(grace.tokens.access_token)]
    expect(second.preferred_username).toBe("grace")
    expect(second.sid).not.toBe(first.sid)
    const alive = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(engine.endpoint("acme", "userinfo"), { headers })).status
    }
    expect(await alive(ada.tokens.access_token)).toBe(401)
    expect(await alive(grace.tokens.access_token)).toBe(200)
  })

  test("of one realm is none in another", async () => {
    await engine.createRealm("globex")
    const { browser } = await signIn(engine, "acme")
    const other = await authorize(engine, "globex", { browser, parameters: { prompt: "none" } })
    expect(other.callback.searchParams.get("error")).toBe("login_required")
  })
})

describe("an account", () => {
  test("waits after too many failures, under every spelling, and then refuses the right password in the same words", async () => {
    await engine.createRealm("strict")
    const attempt = async (name: string, secret: string) => {
      const browser = createTestBrowser()
      const { url, page } = await openLogin(browser, {}, "strict")
      const answer = await submit(browser, url, page, name, secret)
      return { status: answer.status, page: await answer.text() }
    }
    for (const name of ["ada", "ADA", "ada@strict.example", " ada ", "Ada"]) await attempt(name, "wrong")
    const locked = await attempt("ada", password)
    expect(locked.status).toBe(200)
    expect(locked.page).toContain("User name or password is wrong.")
    expect((await attempt("grace", password)).status).toBe(303)
  })

  test("that is switched off, or has something open to do, gets no session", async () => {
    const id = await engine.userId("acme", "grace")
    const attempt = async () => {
      const browser = createTestBrowser()
      const { url, page } = await openLogin(browser)
      return submit(browser, url, page, "grace", password)
    }
    await engine.admin("PUT", `/acme/users/${id}`, { requiredActions: ["UPDATE_PASSWORD"] })
    expect((await attempt()).status).toBe(200)
    await engine.admin("PUT", `/acme/users/${id}`, { requiredActions: [], enabled: false })
    expect(await (await attempt()).text()).toContain("This account is switched off.")
    await engine.admin("PUT", `/acme/users/${id}`, { enabled: true })
    expect((await attempt()).status).toBe(303)
  })

  test("of a service never signs in", async () => {
    const browser = createTestBrowser()
    const { url, page } = await openLogin(browser)
    const answer = await submit(browser, url, page, "service-account-gatehouse-api", password)
    expect(answer.status).toBe(200)
  })
})

test("two sign-ins under way in one browser do not disturb each other", async () => {
  const browser = createTestBrowser()
  const [first, second] = [await openLogin(browser), await openLogin(browser)]
  const answer = await submit(browser, first.url, first.page, "ada", password)
  const done = await browser.follow(answer, first.url)
  expect(done.url.searchParams.get("code")).not.toBeNull()
  const later = await browser.follow(
    await submit(browser, second.url, second.page, "ada", password),
    second.url,
  )
  expect(later.url.searchParams.get("code")).not.toBeNull()
})

test("a walk through the page gives a code that redeems", async () => {
  const authorized = await authorize(engine, "acme")
  expect((await redeem(authorized)).access_token).toBeDefined()
})
