import { randomBytes } from "node:crypto"
import { beforeAll, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { type Jar, openLoginPage, postForm, submitLogin, type Tokens } from "../tests/support/login.ts"
import { createClient } from "./support/admin.ts"
import { acme, addressOf, loginAs, plane } from "./support/plane.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

const tokenEndpoint = `${acme.issuer}/protocol/openid-connect/token`
const redirectUri = "http://127.0.0.1:39871/callback"
let tokens: Tokens
beforeAll(async () => {
  tokens = await loginAs(acme)
})

/** The text with characters removed, added or changed: at both ends, in the middle, and in letter case alone. */
function variants(text: string): string[] {
  const places = [0, 1, Math.floor(text.length / 2), text.length - 2, text.length - 1]
  const other = (character = "") => (character === "A" ? "B" : "A")
  return [
    ...places.flatMap((at) => [
      text.slice(0, at) + text.slice(at + 1),
      `${text.slice(0, at)}A${text.slice(at)}`,
      text.slice(0, at) + other(text[at]) + text.slice(at + 1),
    ]),
    text.slice(0, text.length / 2),
    text.slice(0, 1),
    `${text}A`,
    `${text}=`,
    `${text} `,
    ` ${text}`,
    `${text}\0`,
    `${text}${text}`,
    text.toUpperCase(),
    text.toLowerCase(),
    "",
  ].filter((variant) => variant !== text)
}

test("a refresh token with any character removed, added or changed is refused, and the real one still works", async () => {
  const refresh = (token: string) =>
    postForm(tokenEndpoint, { grant_type: "refresh_token", client_id: "gatehouse-cli", refresh_token: token })
  for (const variant of variants(tokens.refresh_token))
    expect([variant, (await refresh(variant)).status]).toEqual([variant, 400])
  const twin = await refresh(tokens.refresh_token)
  expect(twin.status).toBe(200)
  tokens = { ...tokens, ...(twin.json as Tokens) }
})

test("so is an access token, by every verifier", async () => {
  expect(await acceptedBy(tokens.access_token)).toEqual(everyVerifier)
  const edible = variants(tokens.access_token).filter(
    (variant) => variant.trim() !== tokens.access_token && !/\0/.test(variant),
  )
  for (const variant of edible) expect(await acceptedBy(variant)).toEqual([])
})

test("so is an authorization code; none of them spends the real one", async () => {
  const verifier = randomBytes(32).toString("base64url")
  const jar: Jar = new Map()
  const who = { issuer: acme.issuer, ...acme.users.developer }
  const callback = await submitLogin(await openLoginPage(who, verifier, jar), who, jar)
  const code = callback.searchParams.get("code") ?? ""
  const redeem = (value: string) =>
    postForm(tokenEndpoint, {
      grant_type: "authorization_code",
      client_id: "gatehouse-cli",
      redirect_uri: redirectUri,
      code_verifier: verifier,
      code: value,
    })
  for (const variant of variants(code))
    expect([variant, (await redeem(variant)).status]).toEqual([variant, 400])
  expect((await redeem(code)).status).toBe(200)
})

test("so is a client's secret, in the form and in the header", async () => {
  const { clientId, secret } = await createClient("acme")
  const post = (value: string) =>
    postForm(tokenEndpoint, { grant_type: "client_credentials", client_id: clientId, client_secret: value })
  const basic = (value: string) =>
    ask(tokenEndpoint, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(value)}`).toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
    })
  for (const variant of variants(secret)) {
    expect([variant, (await post(variant)).status]).toEqual([variant, 401])
    expect([variant, (await basic(variant)).status]).toEqual([variant, 401])
  }
  expect([(await post(secret)).status, (await basic(secret)).status]).toEqual([200, 200])
})

test("so are the keys of the authorization engine and of the plane's own control address", async () => {
  const { authorization = "", control } = plane.credentials
  const ways: [string, string][] = [
    [`${addressOf("authorization")}/stores`, authorization],
    [control.url, control.token],
  ]
  for (const [url, key] of ways) {
    const statusWith = async (token: string) => (await ask(url, { token })).status
    for (const variant of variants(key).filter(
      (text) => text.trim() === text && text !== "" && !/\0/.test(text),
    ))
      expect([url, await statusWith(variant)]).toEqual([url, 401])
    expect(await statusWith(key)).not.toBe(401)
  }
})
