import { describe, expect, test } from "vitest"
import { createBrowserStep } from "../apps/cli/src/oidc/browser-step.ts"
import { obtainLogin } from "../apps/cli/src/oidc/obtain-login.ts"
import { ask } from "../tests/support/http.ts"
import { createBrowser } from "./support/browser.ts"
import { acme, globex } from "./support/plane.ts"
import { challengeOf, newVerifier, submitLogin } from "./support/sign-in.ts"

/**
 * RFC 9700 sections 4.5.3 and 4.7, ASVS 10.1.2, 10.5.1, APISIX CVE-2026-49871: the command line takes an answer only to the
 * very login that it began.
 */

const realm = { organization: "acme", url: acme.url, issuer: acme.issuer }
const redirectUri = "http://127.0.0.1:39871/callback"

/** Signs in on the real page and gives the address of the callback. */
async function walk(request: URL, user: keyof typeof acme.users = "viewer"): Promise<URL> {
  const browser = createBrowser()
  const { username, password } = acme.users[user]
  const posted = await submitLogin(browser, await browser.visit(request), username, password)
  return (await browser.visit(new URL(String(posted.headers.location), posted.url))).url
}

/** A login in which `tamper` stands between the command line and the person. */
function loginWith(tamper: (request: URL) => Promise<URL>) {
  return obtainLogin(realm, { redirectUri, authorize: tamper })
}

const set = (url: URL, name: string, value: string) => {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed
}
const without = (url: URL, name: string) => {
  const changed = new URL(url)
  changed.searchParams.delete(name)
  return changed
}

test("an honest login gives tokens", async () => {
  expect(await loginWith((request) => walk(request))).toMatchObject({
    username: "viewer",
    organization: "acme",
  })
})

describe("a callback is refused", () => {
  test.each<[string, (request: URL) => Promise<URL>]>([
    ["without state", async (request) => without(await walk(request), "state")],
    ["with another state", async (request) => set(await walk(request), "state", "an-attackers-state")],
    [
      "with the state twice",
      async (request) => {
        const callback = await walk(request)
        callback.searchParams.append("state", "an-attackers-state")
        return callback
      },
    ],
    ["without the issuer", async (request) => without(await walk(request), "iss")],
    ["from another issuer", async (request) => set(await walk(request), "iss", globex.issuer)],
    ["without a code", async (request) => without(await walk(request), "code")],
    [
      "with an error",
      async (request) => set(without(await walk(request), "code"), "error", "<b>access_denied</b>"),
    ],
    [
      "with a code that somebody else's login gave",
      async (request) => {
        const theirs = await walk(set(request, "code_challenge", challengeOf(newVerifier())), "owner")
        return set(await walk(request), "code", theirs.searchParams.get("code") ?? "")
      },
    ],
    [
      "of a login with another challenge",
      (request) => walk(set(request, "code_challenge", challengeOf(newVerifier()))),
    ],
    ["of a login with another nonce", (request) => walk(set(request, "nonce", "an-attackers-nonce"))],
    ["of a login without a nonce", (request) => walk(without(request, "nonce"))],
    ["of a login for another state", (request) => walk(set(request, "state", "an-attackers-state"))],
  ])("%s", async (_name, tamper) => {
    const failure = await loginWith(tamper).then(
      () => undefined,
      (error) => error,
    )
    expect(failure).toMatchObject({ code: expect.stringMatching(/^cli\.(login_failed|unexpected_answer)$/) })
    expect(failure.publicMessage).not.toMatch(/attacker|access_denied/)
  })
})

describe("the listener on this machine", () => {
  test("takes one GET of its own path under its own name, and shows nothing of it", async () => {
    const step = await createBrowserStep({ announce: () => {}, open: () => {} })
    const callback = step.authorize(new URL(acme.issuer))
    const { origin, port } = new URL(step.redirectUri)
    for (const [path, question] of [
      ["/", {}],
      ["/callback/", {}],
      ["/favicon.ico", {}],
      ["/callback?code=x", { method: "POST" }],
      ["/callback?code=x", { headers: { host: `rebound.example:${port}` } }],
      ["/callback?code=x", { headers: { host: `localhost:${port}` } }],
    ] as const)
      expect((await ask(`${origin}${path}`, question)).status).toBe(404)
    const answer = await ask(`${origin}/callback?error=<script>alert(1)</script>&code=a-code`)
    expect(answer.status).toBe(200)
    expect(answer.text).not.toMatch(/script|a-code/)
    expect(answer.headers).toMatchObject({
      "content-security-policy": "default-src 'none'",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    })
    expect((await callback).searchParams.get("code")).toBe("a-code")
    await expect(ask(`${origin}/callback?code=another`)).rejects.toThrow()
  })

  test("listens on 127.0.0.1 alone, on a port of its own each time", async () => {
    const steps = await Promise.all(
      [1, 2].map(() => createBrowserStep({ announce: () => {}, open: () => {} })),
    )
    const ports = steps.map(({ redirectUri: uri }) => new URL(uri).port)
    expect(new Set(ports).size).toBe(2)
    for (const port of ports) await expect(ask(`http://[::1]:${port}/callback?code=x`)).rejects.toThrow()
    for (const step of steps) {
      const done = step.authorize(new URL(acme.issuer))
      await ask(`${step.redirectUri}?code=x`)
      await done
    }
  })
})
