import { GatehouseError } from "@gatehouse/kernel"
import { Pool } from "undici"

/** Connections to one identity server. */
const maximumConnections = 8
/** Bytes of one answer: a page of 100 users, or a realm of many clients, stays far under it. */
const maximumAnswerBytes = 16 * 1024 * 1024

/** One request of the identity wire. */
export interface WireRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Below the server's address, with its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** What is done, for the log: no name or value of the request in it. */
  readonly operation: string
}

/** An answer whose body, if any, is JSON. */
export interface WireAnswer {
  readonly status: number
  readonly body: unknown
  readonly location: string | undefined
}

export interface WireClient {
  /** Throws `identity.unavailable` for no answer in time, too much of it, or no JSON. */
  send(request: WireRequest): Promise<WireAnswer>
  close(): Promise<void>
}

/**
 * HTTP to one identity server. A request that changes nothing when repeated (all but POST) is tried once more on a broken
 * connection; one deadline covers both tries.
 */
export function createWireClient(url: string, timeoutMilliseconds: number): WireClient {
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/$/, "")
  const pool = new Pool(base.origin, {
    connections: maximumConnections,
    pipelining: 1,
    connect: { timeout: timeoutMilliseconds },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
    maxResponseSize: maximumAnswerBytes,
  })
  const once = async (request: WireRequest, signal: AbortSignal): Promise<WireAnswer> => {
    const answer = await pool.request({
      method: request.method,
      path: `${prefix}${request.path}`,
      headers: { accept: "application/json", ...request.headers },
      body: request.body ?? null,
      signal,
    })
    const text = await answer.body.text()
    const { location } = answer.headers
    return {
      status: answer.statusCode,
      body: parseJson(text, answer.statusCode),
      location: Array.isArray(location) ? location[0] : location,
    }
  }
  return {
    async send(request) {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      try {
        return await once(request, signal).catch((error: unknown) => {
          if (request.method === "POST" || signal.aborted || !isBroken(error)) throw error
          return once(request, signal)
        })
      } catch (error) {
        throw new GatehouseError("identity.unavailable", {
          details: { operation: request.operation, reason: signal.aborted ? "timeout" : "no_answer" },
          cause: error,
        })
      }
    },
    close: () => pool.destroy(),
  }
}

/** A refusal may come as a page of HTML; its status says enough. A good answer has to be JSON. */
function parseJson(text: string, status: number): unknown {
  if (text === "") return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (status >= 400) return undefined
    throw error
  }
}

const brokenConnection = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])

function isBroken(error: unknown): boolean {
  return brokenConnection.has((error as { code?: string }).code ?? "")
}
