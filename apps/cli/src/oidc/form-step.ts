import { createLoopbackDispatcher, GatehouseError } from "@gatehouse/sdk/client"
import { request } from "undici"
import { createCookieJar } from "./cookie-jar.ts"
import { fromIdentity } from "./identity-client.ts"
import { findLoginForm } from "./login-form.ts"
import type { AuthorizationStep } from "./obtain-login.ts"

/** A login takes three or four redirects; more is a ring. */
const maximumSteps = 12
/** A login page is some kilobytes. */
const maximumPageBytes = 1_000_000
const timeoutMilliseconds = 20_000

/** Nothing listens there: the redirect is read, not followed. The client takes any port of 127.0.0.1 (RFC 8252). */
const redirectUri = "http://127.0.0.1:49152/callback"

interface Answer {
  readonly url: URL
  readonly location: URL | undefined
  readonly status: number
  readonly page: string
}

/**
 * The browser's side of a login, without a browser: opens the same login page, fills in its form, and follows its redirects.
 * The password goes to the identity server's own origin and nowhere else. Throws `cli.login_failed` for a page that asks
 * for the password again, and `cli.login_needs_browser` for one that asks for anything else.
 */
export function createFormStep(credentials: {
  readonly username: string
  readonly password: string
}): AuthorizationStep {
  return {
    redirectUri,
    authorize: async (start) => {
      const visit = createVisitor(start.origin)
      let answer = await visit(start)
      let sent = false
      for (let step = 0; step < maximumSteps; step += 1) {
        const { location } = answer
        if (location !== undefined) {
          if (location.href.startsWith(`${redirectUri}?`)) return location
          answer = await visit(location)
          continue
        }
        const form = findLoginForm(answer.page)
        if (form === undefined)
          throw new GatehouseError(answer.status < 400 ? "cli.login_needs_browser" : "cli.login_failed")
        if (sent || !form.fields.has("username"))
          throw new GatehouseError(sent ? "cli.login_failed" : "cli.login_needs_browser")
        sent = true
        const body = new URLSearchParams([...form.fields])
        body.set("username", credentials.username)
        body.set("password", credentials.password)
        answer = await visit(new URL(form.action, answer.url), body)
      }
      throw new GatehouseError("cli.login_failed", {
        publicMessage: "The identity server redirects in a ring.",
      })
    },
  }
}

/** Visits pages of one origin with the cookies it sets. */
function createVisitor(origin: string): (url: URL, body?: URLSearchParams) => Promise<Answer> {
  const cookies = createCookieJar()
  const dispatcher = createLoopbackDispatcher()
  return async (url, body) => {
    if (url.origin !== origin) throw new GatehouseError("cli.login_needs_browser")
    const cookie = cookies.headerFor(url)
    try {
      const answer = await request(url, {
        dispatcher,
        method: body === undefined ? "GET" : "POST",
        headers: {
          accept: "text/html",
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        },
        body: body?.toString() ?? null,
        headersTimeout: timeoutMilliseconds,
        bodyTimeout: timeoutMilliseconds,
      })
      cookies.store(url, [answer.headers["set-cookie"] ?? []].flat())
      const page = await readPage(answer.body)
      const location = [answer.headers.location ?? []].flat()[0]
      const redirects = answer.statusCode >= 300 && answer.statusCode < 400 && location !== undefined
      return {
        url,
        status: answer.statusCode,
        page,
        location: redirects ? new URL(location, url) : undefined,
      }
    } catch (error) {
      if (error instanceof GatehouseError) throw error
      throw fromIdentity(error)
    }
  }
}

async function readPage(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > maximumPageBytes) throw new GatehouseError("cli.unexpected_answer")
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}
