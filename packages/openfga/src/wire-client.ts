import { createJsonClient, type JsonAnswer, NoAnswerError } from "@gatehouse/http/json-client"
import { GatehouseError, revealSecret, type Secret } from "@gatehouse/kernel"

/** Connections to one server; a check takes milliseconds, so this is thousands of checks a second. */
const maximumConnections = 16
/** Calls under way or waiting. Beyond it a call is refused at once, instead of all of them being late. */
const maximumCallsAtOnce = 1_024
/** Bytes of one answer: a page of 100 tuples with contexts of 32 KiB each stays under it. */
const maximumAnswerBytes = 8 * 1024 * 1024

/** One OpenFGA server, the key it asks for, and how long a call may take. */
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

/** The server's own refusal, by its code. */
export interface WireRefusal {
  readonly status: number
  readonly code: string
}

/** Speaks OpenFGA's HTTP API, and believes nothing that is not of its form. */
export interface WireClient {
  /** Any answer in JSON. Throws `authz.unavailable` for no answer in time, too much of it, or another form. */
  call(call: WireCall): Promise<JsonAnswer>
  close(): Promise<void>
}

/** A client of one server with its own pool and a bound on calls under way. */
export function createWireClient({ url, credential, timeoutMilliseconds }: WireClientOptions): WireClient {
  const client = createJsonClient({ url, maximumConnections, maximumAnswerBytes, timeoutMilliseconds })
  const authorization: Record<string, string> =
    credential === undefined ? {} : { authorization: `Bearer ${revealSecret(credential)}` }
  let underWay = 0
  return {
    call: async ({ body, ...call }) => {
      if (underWay >= maximumCallsAtOnce) throw unavailable("too_many_calls")
      underWay++
      try {
        return await client.send({
          ...call,
          headers:
            body === undefined ? authorization : { ...authorization, "content-type": "application/json" },
          body: body === undefined ? undefined : JSON.stringify(body),
        })
      } catch (error) {
        throw unavailable(error instanceof NoAnswerError ? error.reason : "no_answer", error)
      } finally {
        underWay--
      }
    },
    close: client.close,
  }
}

/** No decision: a denial for whoever asked. `reason` is for the log. */
export function unavailable(reason: string, cause?: unknown, details: object = {}): GatehouseError {
  return new GatehouseError("authz.unavailable", {
    details: { reason, ...details },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What the server refused with, or undefined for a body that is no error of the wire. */
export function refusalIn({ status, body }: JsonAnswer): WireRefusal | undefined {
  const code = memberOf(body, "code")
  return typeof code === "string" && status >= 400 ? { status, code } : undefined
}

/** An own member of a JSON object; undefined for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
