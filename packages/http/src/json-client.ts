import { Pool } from "undici"

/** A server that is asked in JSON, and the bounds within which it has to answer. */
export interface JsonClientOptions {
  /** With the path below which the server answers, where it has one. */
  readonly url: string
  readonly maximumConnections: number
  readonly maximumAnswerBytes: number
  /** For a whole exchange: waiting for a connection, a second try, and the body. */
  readonly timeoutMilliseconds: number
}

/** One request to the server of a client. */
export interface JsonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Below the server's address, with its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** True where a second try changes nothing: a broken connection is then tried once more. */
  readonly repeatable: boolean
}

/** An answer whose body, if it has one, is JSON. */
export interface JsonAnswer {
  readonly status: number
  /** Undefined where there is none. */
  readonly body: unknown
  header(name: string): string | undefined
}

/** Why there is no answer, for the log. */
export class NoAnswerError extends Error {
  readonly reason: "timeout" | "no_answer"
  constructor(reason: "timeout" | "no_answer", cause: unknown) {
    super(`no answer to use: ${reason}`, { cause })
    this.name = "NoAnswerError"
    this.reason = reason
  }
}

/** HTTP to one server. What its answers mean is the caller's to say. */
export interface JsonClient {
  /** Any answer. Throws `NoAnswerError` for none in time, too much of it, or no JSON. */
  send(request: JsonRequest): Promise<JsonAnswer>
  close(): Promise<void>
}

/** A client with its own pool of connections, which nothing else waits on. Dials at the first request. */
export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { timeoutMilliseconds } = options
  const base = new URL(options.url)
  const prefix = base.pathname.replace(/\/$/, "")
  const pool = new Pool(base.origin, {
    connections: options.maximumConnections,
    pipelining: 1,
    connect: { timeout: timeoutMilliseconds },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
    maxResponseSize: options.maximumAnswerBytes,
  })
  const once = async (request: JsonRequest, signal: AbortSignal): Promise<JsonAnswer> => {
    const answer = await pool.request({
      method: request.method,
      path: `${prefix}${request.path}`,
      headers: { accept: "application/json", ...request.headers },
      body: request.body ?? null,
      signal,
    })
    return {
      status: answer.statusCode,
      body: parseJson(await answer.body.text(), answer.statusCode),
      header: (name) => {
        const value = answer.headers[name]
        return Array.isArray(value) ? value[0] : value
      },
    }
  }
  return {
    async send(request) {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      try {
        return await once(request, signal).catch((error: unknown) => {
          if (!request.repeatable || signal.aborted || !isBrokenConnection(error)) throw error
          return once(request, signal)
        })
      } catch (error) {
        throw new NoAnswerError(signal.aborted ? "timeout" : "no_answer", error)
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

const brokenConnectionCodes = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])

function isBrokenConnection(error: unknown): boolean {
  return brokenConnectionCodes.has((error as { code?: string }).code ?? "")
}
