import { GatehouseError, revealSecret, type Secret } from "@gatehouse/kernel"
import { Pool } from "undici"

/** Connections to one server; a check takes milliseconds, so this is thousands of checks a second. */
const maximumConnections = 16
/** Calls under way or waiting. Beyond it a call is refused at once, instead of all of them being late. */
const maximumCallsAtOnce = 1_024
/** Bytes of one answer: a page of 100 tuples with contexts of 32 KiB each stays under it. */
const maximumAnswerBytes = 8 * 1024 * 1024
/** The longest silence of a connection on which an answer is awaited; the deadline of the call is shorter as a rule. */
const silenceMilliseconds = 30_000

export interface WireClientOptions {
  readonly url: string
  readonly credential?: Secret | undefined
  readonly timeoutMilliseconds: number
}

/** A call of the wire. */
export interface WireCall {
  readonly method: "GET" | "POST" | "DELETE"
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** True where a second try changes nothing: a broken connection is then tried once more. */
  readonly repeatable: boolean
}

/** An answer whose body is JSON. */
export interface WireAnswer {
  readonly status: number
  readonly body: unknown
  header(name: string): string | undefined
}

/** The server's own refusal, by its code. */
export interface WireRefusal {
  readonly status: number
  readonly code: string
}

/** Speaks OpenFGA's HTTP API, and believes nothing that is not of its form. */
export interface WireClient {
  /** Any answer in JSON. Throws `authz.unavailable` for no answer in time, too much of it, or another form. */
  call(call: WireCall): Promise<WireAnswer>
  close(): Promise<void>
}

export function createWireClient({ url, credential, timeoutMilliseconds }: WireClientOptions): WireClient {
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/$/, "")
  const pool = new Pool(base.origin, {
    connections: maximumConnections,
    pipelining: 1,
    connect: { timeout: timeoutMilliseconds },
    headersTimeout: silenceMilliseconds,
    bodyTimeout: silenceMilliseconds,
    maxResponseSize: maximumAnswerBytes,
  })
  const headers: Record<string, string> = { accept: "application/json" }
  if (credential !== undefined) headers.authorization = `Bearer ${revealSecret(credential)}`
  let underWay = 0

  const once = async ({ method, path, body }: WireCall, signal: AbortSignal): Promise<WireAnswer> => {
    const answer = await pool.request({
      method,
      path: `${prefix}${path}`,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    })
    const text = await answer.body.text()
    return {
      status: answer.statusCode,
      body: text === "" ? undefined : JSON.parse(text),
      header: (name) => {
        const value = answer.headers[name]
        return Array.isArray(value) ? value[0] : value
      },
    }
  }

  return {
    call: async (call) => {
      if (underWay >= maximumCallsAtOnce) throw unavailable("too_many_calls")
      underWay++
      // One deadline for everything: waiting for a connection, a second try, the body.
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      try {
        return await once(call, signal).catch((error: unknown) => {
          if (call.repeatable && !signal.aborted && isBrokenConnection(error)) return once(call, signal)
          throw error
        })
      } catch (error) {
        throw unavailable(signal.aborted ? "timeout" : "no_answer", error)
      } finally {
        underWay--
      }
    },
    close: () => pool.destroy(),
  }
}

const brokenConnectionCodes = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])

function isBrokenConnection(error: unknown): boolean {
  return brokenConnectionCodes.has((error as { code?: string }).code ?? "")
}

/** No decision: a denial for whoever asked. `reason` is for the log. */
export function unavailable(reason: string, cause?: unknown, details: object = {}): GatehouseError {
  return new GatehouseError("authz.unavailable", {
    details: { reason, ...details },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What the server refused with, or undefined for a body that is no error of the wire. */
export function refusalIn({ status, body }: WireAnswer): WireRefusal | undefined {
  const code = memberOf(body, "code")
  return typeof code === "string" && status >= 400 ? { status, code } : undefined
}

/** An own member of a JSON object; undefined for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
