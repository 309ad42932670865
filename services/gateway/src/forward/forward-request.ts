import type { IncomingMessage, ServerResponse } from "node:http"
import { GatehouseError } from "@gatehouse/kernel"
import type { Dispatcher } from "undici"
import type { RequestBody } from "../request/check-framing.ts"
import { answeredHeaders } from "./answered-headers.ts"
import { limitBody } from "./limit-body.ts"
import { upstreamFailure } from "./upstream-failure.ts"

/** One authorized request, where it goes, and where its answer is written. */
export interface ForwardOptions {
  readonly dispatcher: Dispatcher
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  /** Byte for byte what was authorized. */
  readonly pathAndQuery: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: RequestBody | undefined
  readonly bodyLimitBytes: number
  /** A client that leaves its answer unread for so long loses its connection. */
  readonly clientStallMilliseconds: number
  /** Fields of the gateway's own that every answer carries; a service's `cache-control` replaces ours only to be stricter. */
  readonly answerHeaders: Readonly<Record<string, string>>
}

/**
 * Sends the request on and streams the answer back. Rejects with the problem to answer while nothing was sent yet; an answer
 * that breaks off after that breaks the client's connection, so that half an answer is never taken for a whole one.
 */
export function forwardRequest(options: ForwardOptions): Promise<void> {
  const { dispatcher, request, body, bodyLimitBytes } = options
  if ((body?.lengthBytes ?? 0) > bodyLimitBytes) {
    return Promise.reject(
      new GatehouseError("request.too_large", { details: { limitBytes: bodyLimitBytes } }),
    )
  }
  return new Promise((resolve, reject) => {
    const stream = body ? limitBody(request, bodyLimitBytes) : null
    const length = body?.lengthBytes
    dispatcher.dispatch(
      {
        method: options.method as Dispatcher.HttpMethod,
        path: options.pathAndQuery,
        headers: {
          ...options.headers,
          ...(length === undefined ? {} : { "content-length": String(length) }),
        },
        body: stream,
      },
      answerHandler(options, { resolve, reject }),
    )
  })
}

interface Outcome {
  resolve(): void
  reject(error: unknown): void
}

function answerHandler(
  { request, response, answerHeaders, clientStallMilliseconds }: ForwardOptions,
  { resolve, reject }: Outcome,
): Dispatcher.DispatchHandler {
  let upstream: Dispatcher.DispatchController | undefined
  let clientLeft = false
  let stall: NodeJS.Timeout | undefined
  // The socket's and not the response's: one that waits behind another on its connection has none yet to destroy.
  const expectReading = () => {
    stall = setTimeout(() => request.socket.destroy(), clientStallMilliseconds)
  }
  response.once("close", () => {
    clearTimeout(stall)
    if (response.writableFinished) return
    clientLeft = true
    upstream?.abort(new Error("the client left before its answer ended"))
    resolve()
  })
  return {
    onRequestStart(controller) {
      upstream = controller
      if (clientLeft) controller.abort(new Error("the client left before its request was sent"))
    },
    onResponseStart(controller, statusCode, headers) {
      if (statusCode < 200) return
      // A service that refuses the gateway's own token says nothing about the client's.
      if (statusCode === 401) {
        controller.abort(new GatehouseError("gateway.upstream_failed"))
        return
      }
      response.writeHead(statusCode, {
        ...answerHeaders,
        ...answeredHeaders(headers),
        "cache-control": "no-store",
      })
    },
    onResponseData(controller, chunk) {
      if (response.write(chunk)) return
      controller.pause()
      expectReading()
      response.once("drain", () => {
        clearTimeout(stall)
        controller.resume()
      })
    },
    onResponseEnd() {
      if (clientLeft) return
      clearTimeout(stall)
      expectReading()
      response.end(resolve)
    },
    onResponseError(_controller, error) {
      if (clientLeft) return
      if (response.headersSent) {
        response.destroy()
        resolve()
      } else reject(upstreamFailure(error))
    },
  }
}
