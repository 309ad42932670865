import { createLoopbackDispatcher } from "@gatehouse/http/loopback-dispatcher"
import { GatehouseError } from "@gatehouse/kernel"
import { type Dispatcher, request } from "undici"
import type { z } from "zod"
import { readProblem } from "./api-problem.ts"

/** Longer than the server takes for the largest document. In milliseconds. */
const defaultTimeoutMilliseconds = 60_000

/** Which organization's API is called, and as whom. */
export interface ApiTransportOptions {
  /** The organization's own address: `http://acme.localhost:8080`. Names under `localhost` are dialled on loopback. */
  readonly url: string
  /** A token that lives; asked for at each call. */
  readonly accessToken: () => Promise<string>
  readonly timeoutMilliseconds?: number
}

/** One call, before it has a token. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below the address, its members encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined
  /** The selected project. */
  readonly project?: string | undefined
  /** Sent as JSON, or as it is where it is bytes. */
  readonly body?: unknown
}

/** One organization's API over HTTP. */
export interface ApiTransport {
  /** The answer's bytes. Throws `ApiProblem`, `request.unreachable` and `request.unexpected_answer`. */
  send(call: ApiCall): Promise<Buffer>
  /** The answer, read by its schema. */
  read<Schema extends z.ZodType>(schema: Schema, call: ApiCall): Promise<z.output<Schema>>
  close(): Promise<void>
}

/** Calls with its own connections; `close` frees them. */
export function createApiTransport(options: ApiTransportOptions): ApiTransport {
  const dispatcher = createLoopbackDispatcher()
  const send = async (call: ApiCall): Promise<Buffer> => {
    const answer = await exchange(options, dispatcher, call)
    if (answer.status >= 200 && answer.status < 300) return answer.content
    throw readProblem(parseJson(answer.content)) ?? unexpected(answer.status)
  }
  return {
    send,
    read: async (schema, call) => {
      const parsed = schema.safeParse(parseJson(await send(call)))
      if (!parsed.success) throw unexpected(200)
      return parsed.data
    },
    close: () => dispatcher.close(),
  }
}

async function exchange(
  { url, accessToken, timeoutMilliseconds = defaultTimeoutMilliseconds }: ApiTransportOptions,
  dispatcher: Dispatcher,
  { method, path, query = {}, project, body }: ApiCall,
): Promise<{ readonly status: number; readonly content: Buffer }> {
  const target = new URL(path, url)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, String(value))
  }
  const token = await accessToken()
  try {
    const answer = await request(target, {
      dispatcher,
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(project === undefined ? {} : { "x-project-id": project }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? null : body instanceof Uint8Array ? body : JSON.stringify(body),
      headersTimeout: timeoutMilliseconds,
      bodyTimeout: timeoutMilliseconds,
    })
    return { status: answer.statusCode, content: Buffer.from(await answer.body.arrayBuffer()) }
  } catch (cause) {
    throw new GatehouseError("request.unreachable", { details: { origin: target.origin }, cause })
  }
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"))
  } catch {
    return undefined
  }
}

function unexpected(status: number): GatehouseError {
  return new GatehouseError("request.unexpected_answer", { details: { status } })
}
