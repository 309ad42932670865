import type { ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { WireAnswer } from "./route.ts"

/** How long a stream waits for a reader who takes nothing: its list and its connection are held meanwhile. */
const readerPauseMilliseconds = 30_000

/** How an answer is sent. */
export interface SendOptions {
  readonly requestId: string
  /** The line with which a stream ends that fails. */
  readonly showError: (error: unknown) => unknown
  /** How long a stream waits for its reader; 30 s. */
  readonly readerPauseMilliseconds?: number
}

/**
 * Sends an answer. Resolves when a stream has been handed over. A stream that fails ends with the line of its error, as on the real
 * server; it rejects where its reader has gone, or takes nothing for too long.
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: WireAnswer,
  { requestId, showError, ...pauses }: SendOptions,
): Promise<void> {
  const headers = ["x-request-id", requestId]
  if (answer.store !== undefined) headers.push("openfga-store-id", answer.store)
  if (answer.modelId !== undefined) headers.push("openfga-authorization-model-id", answer.modelId)
  if (answer.incomplete === true) headers.push("gatehouse-incomplete", "true")
  if (answer.status === 204) {
    response.writeHead(204, headers).end()
    return
  }
  headers.push("content-type", "application/json")
  if (answer.lines === undefined) {
    sendText(response, answer.status ?? 200, headers, answer.json ?? JSON.stringify(answer.body))
    return
  }
  response.writeHead(answer.status ?? 200, headers)
  response.setTimeout(pauses.readerPauseMilliseconds ?? readerPauseMilliseconds, () => {
    // With nothing to take, the reader waits for the list: for one that finds nothing for long.
    if (response.writableLength > 0) response.destroy()
  })
  await pipeline(Readable.from(chunksOf(answer.lines, showError)), response)
}

/** Sends JSON with its length, so that head and body leave in one piece. */
export function sendText(response: ServerResponse, status: number, headers: string[], text: string): void {
  const bytes = Buffer.byteLength(text)
  headers.push("content-length", String(bytes))
  // Text that is ASCII alone is the same bytes in either encoding, and this one is only copied.
  response.writeHead(status, headers).end(text, bytes === text.length ? "latin1" : "utf8")
}

/** Lines that are put together before they are sent. */
const linesPerChunk = 500

async function* chunksOf(
  parts: AsyncIterable<readonly unknown[]>,
  showError: (error: unknown) => unknown,
): AsyncGenerator<string> {
  try {
    for await (const lines of parts)
      for (let start = 0; start < lines.length; start += linesPerChunk) {
        const chunk = lines.slice(start, start + linesPerChunk)
        yield chunk.map((line) => `${JSON.stringify(line)}\n`).join("")
      }
  } catch (error) {
    yield `${JSON.stringify(showError(error))}\n`
  }
}
