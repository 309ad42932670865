import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { createTestBrowser } from "./testing/browser.ts"
import { authorize, basic, claimsOf, post, signIn, submit } from "./testing/sign-in.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"
import { clientSecretOf } from "./testing/test-realm.ts"

let engine: TestEngine
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] })
  engine = await startTestEngine()
  await engine.createRealm("acme")
})
afterAll(async () => {
  vi.useRealTimers()
  await engine.close()
})
const advance = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)

const refresh = (refreshToken: string | undefined, more: Record<string, string> = {}) =>
  post(engine.endpoint("acme", "token"), {
    grant_type: "refresh_token",
    client_id: "portal",
    refresh_token: refreshToken ?? "",
    ...more,
  })

const userinfo = async (accessToken: unknown) => {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(engine.endpoint("acme", "userinfo"), { headers })).status
}

describe("a refresh", () => {
  test("rotates, keeps session and subject, and is what openid-client expects", async () => {
    const { configuration, tokens } = await signIn(engine, "acme")
    const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? "")
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    const [before, after] = [claimsOf(tokens.access_token), claimsOf(renewed.access_token)]
    for (const claim of ["sub", "sid", "azp", "aud", "scope", "groups"])
      expect(after[claim]).toEqual(before[claim])
    expect(after.jti).toMatch(/^onrtrt:/)
    expect(renewed.claims()?.sub).toBe(before.sub)
  })

  test("with a used token kills its whole family, also what came of it", async () => {
    const { tokens } = await signIn(engine, "acme")
    const second = await refresh(tokens.refresh_token)
    const third = await refresh(String(second.body.refresh_token))
    expect(third.status).toBe(200)
    expect(await refresh(tokens.refresh_token)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant", error_description: "Maximum allowed refresh token reuse exceeded" },
    })
    expect((await refresh(String(third.body.refresh_token))).status).toBe(400)
    expect(await userinfo(third.body.access_token)).toBe(401)
  })

  test("leaves the families of other sessions alone", async () => {
    const [first, second] = [await signIn(engine, "acme"), await signIn(engine, "acme")]
    await refresh(first.tokens.refresh_token)
    await refresh(first.tokens.refresh_token)
    expect((await refresh(second.tokens.refresh_token)).status).toBe(200)
  })

  test("gives exactly one of fifty concurrent uses a token", async () => {
    const { tokens } = await signIn(engine, "acme")
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(tokens.refresh_token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
  })

  test("never serves another client, another realm, or as another kind of token", async () => {
    const { tokens } = await signIn(engine, "acme")
    const other = await post(
      engine.endpoint("acme", "token"),
      { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" },
      basic("gatehouse-api", clientSecretOf("acme")),
    )
    expect(other).toMatchObject({ status: 400, body: { error: "invalid_grant" } })
    for (const wrong of [tokens.access_token, tokens.id_token])
      expect((await refresh(wrong)).status).toBe(400)
    expect(await userinfo(tokens.refresh_token)).toBe(401)
    expect(await userinfo(tokens.id_token)).toBe(401)
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
  })

  test("never widens scope, may narrow it, and is as wide as before the next time", async () => {
    const { tokens } = await signIn(engine, "acme", { scope: "openid phone" })
    expect(claimsOf(tokens.access_token).scope).toBe("openid email profile phone")
    const wider = await refresh(tokens.refresh_token, { scope: "openid phone address" })
    expect(wider).toMatchObject({ status: 400, body: { error: "invalid_scope" } })
    const narrow = await refresh(tokens.refresh_token, { scope: "openid" })
    expect(claimsOf(String(narrow.body.access_token)).scope).toBe("openid email profile")
    const again = await refresh(String(narrow.body.refresh_token))
    expect(claimsOf(String(again.body.access_token)).scope).toBe("openid email profile phone")
  })

  test("gives nothing to a disabled user, nor through a disabled client, and everything again afterwards", async () => {
    const grace = await engine.userId("acme", "grace")
    const portal = await engine.client("acme", "portal")
    const { tokens } = await signIn(engine, "acme")
    await engine.admin("PUT", `/acme/clients/${portal.id}`, { clientId: "portal", enabled: false })
    expect(await refresh(tokens.refresh_token)).toMatchObject({
      status: 401,
      body: { error: "invalid_client" },
    })
    expect(await userinfo(tokens.access_token)).toBe(401)
    await engine.admin("PUT", `/acme/clients/${portal.id}`, { clientId: "portal", enabled: true })
    const other = await signIn(engine, "acme", { username: "grace" })
    await engine.admin("PUT", `/acme/users/${grace}`, { enabled: false })
    expect((await refresh(other.tokens.refresh_token)).status).toBe(400)
    expect(await userinfo(other.tokens.access_token)).toBe(401)
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
  })

  test("gives nothing to a user who could not sign in now, and leaves the token for later", async () => {
    const { tokens } = await signIn(engine, "acme")
    const ada = await engine.userId("acme", "ada")
    await engine.admin("PUT", `/acme/users/${ada}`, { requiredActions: ["UPDATE_PASSWORD"] })
    expect((await refresh(tokens.refresh_token)).status).toBe(400)
    await engine.admin("PUT", `/acme/users/${ada}`, { requiredActions: [] })
    const browser = createTestBrowser()
    const { page = "", callback } = await authorize(engine, "acme", { browser, username: "nobody" })
    for (let failure = 0; failure < 5; failure += 1) await submit(browser, callback, page, "ada", "wrong")
    expect((await refresh(tokens.refresh_token)).status).toBe(400)
    advance(120_000)
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
  })
})

describe("a session", () => {
  test("ends when it sits idle, and each refresh moves that end", async () => {
    const { tokens } = await signIn(engine, "acme")
    advance(1_700_000)
    const second = await refresh(tokens.refresh_token)
    expect(second.status).toBe(200)
    advance(1_700_000)
    const third = await refresh(String(second.body.refresh_token))
    expect(third.status).toBe(200)
    advance(1_900_000)
    expect((await refresh(String(third.body.refresh_token))).status).toBe(400)
  })

  test("ends after its longest life however often it is refreshed, and no token outlives it", async () => {
    const { tokens, browser } = await signIn(engine, "acme")
    const startedAt = Date.now()
    let current = String(tokens.refresh_token)
    for (;;) {
      advance(1_500_000)
      const answer = await refresh(current)
      const age = (Date.now() - startedAt) / 1000
      if (answer.status !== 200) {
        expect(age).toBeGreaterThanOrEqual(28_800)
        break
      }
      expect(age).toBeLessThan(28_800)
      current = String(answer.body.refresh_token)
      const { exp } = claimsOf(String(answer.body.access_token)) as { exp: number }
      expect(exp * 1000).toBeLessThanOrEqual(startedAt + 28_801_000)
      expect(Number(answer.body.refresh_expires_in)).toBeLessThanOrEqual(28_800 - age + 1)
    }
    const again = await signIn(engine, "acme", { browser })
    expect(claimsOf(again.tokens.access_token).sid).not.toBe(claimsOf(tokens.access_token).sid)
  })
})
