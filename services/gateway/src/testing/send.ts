import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http"
import { connect } from "node:net"
import type { Echo } from "./start-echo-upstream.ts"

export interface SendOptions {
  readonly method?: string
  /** Default `localhost`, which names no organization. */
  readonly host?: string
  readonly token?: string | undefined
  /** A list sends the field several times. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The problem's code, where the answer is one. */
  readonly code: string | undefined
  /** What the upstream saw, where it was the upstream that answered. */
  readonly echo: Echo
}

/** Sends a path as it is written; clients of a higher level normalize it. */
export function send(port: number, path: string, options: SendOptions = {}): Promise<Answer> {
  const { method = "GET", host = "localhost", token, headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      method,
      setHost: false,
      agent: false,
      headers: {
        host,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    })
    request.on("response", (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const document = text.startsWith("{") ? (JSON.parse(text) as Echo & { code?: string }) : undefined
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          code: document?.code,
          echo: document as Echo,
        })
      })
    })
    request.on("error", reject)
    request.end(body)
  })
}

/** For `sendRaw`: the server closes the connection, and that is waited for. */
export const untilClosed = 20_000

/**
 * Writes bytes on a socket and gives what came back until the server closed, or `quietMilliseconds` passed without more. By
 * default an answer is waited for as long as it takes, and a moment longer for whatever may come behind it.
 */
export function sendRaw(
  port: number,
  text: string | Buffer,
  quietMilliseconds?: number,
): Promise<{ readonly text: string; readonly closed: boolean; readonly statuses: readonly number[] }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    let received = ""
    let closed = false
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
      resolve({ text: received, closed, statuses })
    }
    let timer = setTimeout(finish, quietMilliseconds ?? untilClosed)
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
      clearTimeout(timer)
      timer = setTimeout(finish, quietMilliseconds ?? 300)
    })
    socket.on("error", () => undefined)
    socket.on("close", () => {
      closed = true
      finish()
    })
  })
}
