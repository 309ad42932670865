import * as client from "openid-client"
import { createTestBrowser, readForm, type TestBrowser } from "./browser.ts"
import type { TestEngine } from "./start-test-engine.ts"
import { clientSecretOf, password, redirectUri } from "./test-realm.ts"

/** What a sign-in is to be like. Left out: Ada, at the public client, with PKCE. */
export interface SignInOptions {
  readonly browser?: TestBrowser
  readonly clientId?: "portal" | "gatehouse-api"
  readonly username?: string
  readonly scope?: string
  readonly parameters?: Record<string, string>
}

/** An authorization response that has not been redeemed, with what redeeming it needs. */
export interface Authorized {
  readonly configuration: client.Configuration
  readonly callback: URL
  readonly verifier: string
  readonly nonce: string
  readonly state: string
  readonly browser: TestBrowser
  /** The page shown, where no redirect to the client came. */
  readonly page: string | undefined
}

/** Discovery with openid-client, http allowed for loopback. */
export async function discover(
  engine: TestEngine,
  realm: string,
  clientId: SignInOptions["clientId"] = "portal",
): Promise<client.Configuration> {
  const authentication =
    clientId === "portal" ? client.None() : client.ClientSecretBasic(clientSecretOf(realm))
  return client.discovery(new URL(engine.issuer(realm)), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  })
}

/** Walks a browser from the authorization request to the client's redirect, through the sign-in page where it shows. */
export async function authorize(
  engine: TestEngine,
  realm: string,
  options: SignInOptions = {},
): Promise<Authorized> {
  const { browser = createTestBrowser(), clientId = "portal", username = "ada", scope = "openid" } = options
  const configuration = await discover(engine, realm, clientId)
  const verifier = client.randomPKCECodeVerifier()
  const [nonce, state] = [client.randomNonce(), client.randomState()]
  const start = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...options.parameters,
  })
  let { response, url } = await browser.follow(await browser.open(start), start)
  let page: string | undefined
  if (url.origin === new URL(engine.url).origin) {
    page = await response.text()
    if (page.includes("kc-form-login")) {
      const submitted = await submit(browser, url, page, username, password)
      ;({ response, url } = await browser.follow(submitted, url))
      page = url.origin === new URL(engine.url).origin ? await response.text() : undefined
    }
  }
  return { configuration, callback: url, verifier, nonce, state, browser, page }
}

/** Posts the sign-in form of a page. */
export async function submit(
  browser: TestBrowser,
  url: URL,
  page: string,
  username: string,
  secret: string,
): Promise<Response> {
  const { action, fields } = readForm(page)
  fields.set("username", username)
  fields.set("password", secret)
  return browser.open(new URL(action, url), { method: "POST", body: fields })
}

/** Redeems the code as a well-behaved relying party does. */
export async function redeem(authorized: Authorized) {
  return client.authorizationCodeGrant(authorized.configuration, authorized.callback, {
    pkceCodeVerifier: authorized.verifier,
    expectedNonce: authorized.nonce,
    expectedState: authorized.state,
    idTokenExpected: true,
  })
}

/** Signs in and redeems. */
export async function signIn(engine: TestEngine, realm: string, options: SignInOptions = {}) {
  const authorized = await authorize(engine, realm, options)
  return { ...authorized, tokens: await redeem(authorized) }
}

/** The claims of a JWT, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
}

/** Posts a form and reads the JSON, if there is any. */
export async function post(
  url: string,
  form: Record<string, string> | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form), headers })
  const text = await answer.text()
  return { status: answer.status, body: text === "" ? {} : JSON.parse(text), headers: answer.headers }
}

/** `Authorization` of a client with its secret. */
export function basic(clientId: string, secret: string): Record<string, string> {
  const encoded = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)
  return { authorization: `Basic ${encoded.toString("base64")}` }
}
