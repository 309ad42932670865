import { type Problem, problemSchema } from "@gatehouse/contracts"
import { createLoopbackDispatcher, GatehouseError } from "@gatehouse/sdk/client"
import { request } from "undici"
import type { z } from "zod"

/** Longer than the server takes for the largest document. */
const timeoutMilliseconds = 60_000

/** What a server answered where it did not do what was asked: its own code, message and ids. */
export class ApiError extends Error {
  override readonly name = "ApiError"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly project?: string | undefined
  /** Sent as JSON, or as it is where it is bytes. */
  readonly body?: unknown
}

/** An organization's public API, as one login sees it. */
export interface Api {
  /** The answer's body, read by its schema. Throws `ApiError`, `cli.unreachable` and `cli.unexpected_answer`. */
  call<Schema extends z.ZodType>(
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    schema: Schema,
    options?: ApiRequest,
  ): Promise<z.output<Schema>>
  /** For answers without a body. */
  perform(method: "PUT" | "DELETE", path: string, options?: ApiRequest): Promise<void>
  /** For answers that are documents. */
  download(path: string, options?: ApiRequest): Promise<Buffer>
}

export function createApi(options: {
  readonly url: string
  readonly accessToken: () => Promise<string>
}): Api {
  const dispatcher = createLoopbackDispatcher()
  const send = async (
    method: string,
    path: string,
    { query, project, body }: ApiRequest = {},
  ): Promise<Buffer> => {
    const url = new URL(path, options.url)
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const token = await options.accessToken()
    try {
      const answer = await request(url, {
        dispatcher,
        method: method as "GET",
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(project === undefined ? {} : { "x-project-id": project }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : Buffer.isBuffer(body) ? body : JSON.stringify(body),
        headersTimeout: timeoutMilliseconds,
        bodyTimeout: timeoutMilliseconds,
      })
      const content = Buffer.from(await answer.body.arrayBuffer())
      if (answer.statusCode >= 200 && answer.statusCode < 300) return content
      throw toApiError(answer.statusCode, content)
    } catch (cause) {
      if (cause instanceof ApiError || cause instanceof GatehouseError) throw cause
      throw new GatehouseError("cli.unreachable", {
        publicMessage: `${url.origin} did not answer.`,
        cause,
      })
    }
  }
  return {
    call: async (method, path, schema, request) => {
      const parsed = schema.safeParse(parse(await send(method, path, request)))
      if (!parsed.success) throw new GatehouseError("cli.unexpected_answer")
      return parsed.data
    },
    perform: async (method, path, request) => void (await send(method, path, request)),
    download: (path, request) => send("GET", path, request),
  }
}

function toApiError(status: number, content: Buffer): ApiError | GatehouseError {
  const problem = problemSchema.safeParse(parse(content))
  if (problem.success) return new ApiError(problem.data)
  return new GatehouseError("cli.unexpected_answer", {
    publicMessage: `The server answered ${status} without saying why.`,
  })
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"))
  } catch {
    return undefined
  }
}
