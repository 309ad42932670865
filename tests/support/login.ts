import { createHash, randomBytes } from "node:crypto"
import { ask } from "./http.ts"

/** What the token endpoint gives. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly expires_in: number
}

export interface LoginOptions {
  readonly issuer: string
  readonly username: string
  readonly password: string
  readonly clientId?: string
  readonly redirectUri?: string
  readonly scope?: string
}

/** Cookies as a browser would keep them for one login: by name, without their attributes. */
export type Jar = Map<string, string>

const loopbackRedirect = "http://127.0.0.1:39871/callback"

/** Walks the real login page over HTTP, as the browser does: authorization request, form, redirect, code, tokens. */
export async function login(options: LoginOptions): Promise<Tokens> {
  const { clientId = "gatehouse-cli", redirectUri = loopbackRedirect } = options
  const verifier = randomBytes(32).toString("base64url")
  const jar: Jar = new Map()
  const form = await openLoginPage(options, verifier, jar)
  const callback = await submitLogin(form, options, jar)
  const code = callback.searchParams.get("code")
  if (code === null) throw new Error(`the login gave no code: ${callback.searchParams.get("error")}`)
  return redeem(options.issuer, { clientId, redirectUri, code, verifier })
}

/** Asks for a login and returns the address that the page's form posts to. */
export async function openLoginPage(options: LoginOptions, verifier: string, jar: Jar): Promise<URL> {
  const { issuer, clientId = "gatehouse-cli", redirectUri = loopbackRedirect, scope = "openid" } = options
  const url = new URL(`${issuer}/protocol/openid-connect/auth`)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString()
  const page = await follow(url, jar)
  return formAction(page.text, page.url)
}

/** Posts the login form and follows the redirects up to the client's own address, which it returns. */
export async function submitLogin(
  form: URL,
  { username, password, redirectUri = loopbackRedirect }: LoginOptions,
  jar: Jar,
): Promise<URL> {
  const posted = await ask(form.href, {
    method: "POST",
    headers: {
      cookie: cookieHeader(jar),
      "content-type": "application/x-www-form-urlencoded",
      origin: form.origin,
    },
    body: new URLSearchParams({ username, password }).toString(),
  })
  keepCookies(jar, posted.headers["set-cookie"])
  if (posted.status !== 303 && posted.status !== 302) throw new Error(`the login answered ${posted.status}`)
  let next = new URL(String(posted.headers.location), form)
  while (!next.href.startsWith(redirectUri)) {
    const step = await ask(next.href, { headers: { cookie: cookieHeader(jar) } })
    keepCookies(jar, step.headers["set-cookie"])
    if (step.headers.location === undefined) throw new Error(`a redirect was expected, not ${step.status}`)
    next = new URL(String(step.headers.location), next)
  }
  return next
}

/** Exchanges a code for tokens. */
export async function redeem(
  issuer: string,
  request: {
    readonly clientId: string
    readonly redirectUri: string
    readonly code: string
    readonly verifier: string
  },
): Promise<Tokens> {
  const answer = await postForm(`${issuer}/protocol/openid-connect/token`, {
    grant_type: "authorization_code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    code: request.code,
    code_verifier: request.verifier,
  })
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.status}: ${answer.text}`)
  return answer.json as Tokens
}

/** A form as browsers and clients post it. */
export function postForm(url: string, members: Readonly<Record<string, string>>) {
  return ask(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(members).toString(),
  })
}

async function follow(url: URL, jar: Jar): Promise<{ readonly text: string; readonly url: URL }> {
  for (let hops = 0, next = url; hops < 10; hops += 1) {
    const answer = await ask(next.href, { headers: { cookie: cookieHeader(jar) } })
    keepCookies(jar, answer.headers["set-cookie"])
    if (answer.status === 200) return { text: answer.text, url: next }
    if (answer.headers.location === undefined)
      throw new Error(`the login page answered ${answer.status}: ${answer.text}`)
    next = new URL(String(answer.headers.location), next)
  }
  throw new Error("the login page redirects for ever")
}

function formAction(html: string, page: URL): URL {
  const action = /<form[^>]*\saction="([^"]*)"/.exec(html)?.[1]
  if (action === undefined) throw new Error("the login page has no form")
  return new URL(action.replaceAll("&amp;", "&"), page)
}

export function cookieHeader(jar: Jar): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
}

export function keepCookies(jar: Jar, header: string | string[] | undefined): void {
  for (const cookie of [header ?? []].flat()) {
    const [pair = ""] = cookie.split(";")
    const split = pair.indexOf("=")
    const value = pair.slice(split + 1)
    if (value === "" || /;\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(cookie))
      jar.delete(pair.slice(0, split))
    else jar.set(pair.slice(0, split), value)
  }
}
