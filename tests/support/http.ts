import { setTimeout } from "node:timers/promises"
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

/** A machine too busy to hear of revocations in time refuses everybody; that is not what is tried where a plane is asked. */
const patience = { tries: 20, pauseMilliseconds: 250 }

/**
 * One request to an address of this machine, `*.localhost` included; sent again while a verifier says that it hears of no
 * revocations (`tokens.unavailable`): nothing was done. Follows no redirect.
 */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await askOnce(url, question)
    const { code } = (answer.json ?? {}) as { readonly code?: unknown }
    if (code !== "tokens.unavailable" || tries === patience.tries) return answer
    await setTimeout(patience.pauseMilliseconds)
  }
}

async function askOnce(url: string, question: Question): Promise<Answer> {
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
