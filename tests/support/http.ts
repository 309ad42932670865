import { createLoopbackDispatcher } from "@gatehouse/http"
import { request } from "undici"

/** An answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body as JSON; undefined where it is not. */
  readonly json: unknown
}

export interface Question {
  readonly method?: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer | undefined
  /** Sent as JSON, with its content type. */
  readonly json?: unknown
}

const dispatcher = createLoopbackDispatcher()

/** One request to an address of this machine, `*.localhost` included. Follows no redirect. */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    method: (question.method ?? "GET") as "GET",
    headers: {
      ...(question.token === undefined ? {} : { authorization: `Bearer ${question.token}` }),
      ...(question.json === undefined ? {} : { "content-type": "application/json" }),
      ...question.headers,
    },
    body: question.json === undefined ? (question.body ?? null) : JSON.stringify(question.json),
  })
  const text = await body.text()
  return { status: statusCode, headers, text, json: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
