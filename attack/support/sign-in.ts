import { createHash, randomBytes } from "node:crypto"
import type { Answer } from "../../tests/support/http.ts"
import type { Tokens } from "../../tests/support/login.ts"
import { type Browser, createBrowser, type Page } from "./browser.ts"
import { backendSecret, type IdentityRealm, password, redirectUri } from "./identity-realm.ts"

/** What a sign-in is to be like. Left out: ada at the public client, in a fresh browser. */
export interface SignInOptions {
  readonly browser?: Browser
  readonly username?: string
  readonly password?: string
  readonly clientId?: string
  readonly redirectUri?: string
  /** Put into the authorization request; undefined leaves out what would stand there. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

/** Where a sign-in led. */
export interface SignedIn {
  readonly browser: Browser
  /** The client's own address with the response, or the page that came instead. */
  readonly landing: Page
  readonly code: string | null
  readonly verifier: string
}

/** The address of an authorization request. */
export function authorizationRequest(
  realm: IdentityRealm,
  verifier: string,
  options: SignInOptions = {},
): URL {
  const url = new URL(realm.endpoint("auth"))
  const members: Record<string, string | undefined> = {
    response_type: "code",
    client_id: options.clientId ?? "app",
    redirect_uri: options.redirectUri ?? redirectUri,
    scope: "openid",
    state: "a-state",
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256",
    ...options.parameters,
  }
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) url.searchParams.set(name, value)
  return url
}

/** The S256 challenge of a verifier (RFC 7636 section 4.2). */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url")
}

/** A verifier of 43 characters. */
export function newVerifier(): string {
  return randomBytes(32).toString("base64url")
}

/** Opens the login page of an authorization request. */
export async function openLogin(realm: IdentityRealm, options: SignInOptions = {}) {
  const { browser = createBrowser() } = options
  const verifier = newVerifier()
  const page = await browser.visit(authorizationRequest(realm, verifier, options))
  return { browser, verifier, page }
}

/** Where the form of a login page posts to. */
export function formOf(page: Page): URL {
  const action = /<form id="kc-form-login"[^>]*action="([^"]*)"/.exec(page.text)?.[1]
  if (action === undefined) throw new Error(`no login page, but ${page.status} at ${page.url.pathname}`)
  return new URL(action.replaceAll("&amp;", "&"), page.url)
}

/** Posts the form of a login page, and follows nothing. */
export function submitLogin(browser: Browser, page: Page, username: string, secret: string): Promise<Page> {
  return browser.open(formOf(page), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ username, password: secret }).toString(),
  })
}

/** Walks from the authorization request to the client's address, through the login page where it shows. */
export async function signIn(realm: IdentityRealm, options: SignInOptions = {}): Promise<SignedIn> {
  const { browser, verifier, page } = await openLogin(realm, options)
  let landing = page
  if (page.text.includes("kc-form-login")) {
    const { username = "ada", password: secret = password } = options
    const posted = await submitLogin(browser, page, username, secret)
    const { location } = posted.headers
    landing = location === undefined ? posted : await browser.visit(new URL(String(location), posted.url))
  }
  return { browser, landing, code: landing.url.searchParams.get("code"), verifier }
}

/** A redemption of the code, as the client that asked for it does it, but for what is given. */
export function redeem(
  realm: IdentityRealm,
  { code, verifier }: Pick<SignedIn, "code" | "verifier">,
  changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return realm.post("token", {
    grant_type: "authorization_code",
    client_id: "app",
    redirect_uri: redirectUri,
    code: code ?? "",
    code_verifier: verifier,
    ...changes,
  })
}

/** Signs in and redeems the code. Throws where that fails. */
export async function tokensOf(realm: IdentityRealm, options: SignInOptions = {}) {
  const signedIn = await signIn(realm, options)
  const answer = await redeem(realm, signedIn, asClient(options.clientId))
  if (answer.status !== 200) throw new Error(`no tokens: ${signedIn.landing.status} ${answer.text}`)
  return { ...signedIn, tokens: answer.json as Tokens }
}

/** Rotates a refresh token. */
export function refresh(
  realm: IdentityRealm,
  refreshToken: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return realm.post("token", {
    grant_type: "refresh_token",
    client_id: "app",
    refresh_token: refreshToken,
    ...changes,
  })
}

/** How a client of the attack realms proves itself in a form. */
export function asClient(clientId = "app"): Readonly<Record<string, string>> {
  return clientId === "backend"
    ? { client_id: clientId, client_secret: backendSecret }
    : { client_id: clientId }
}

/** The claims of a JWT, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
}
