import type { IncomingMessage } from "node:http"
import { Transform } from "node:stream"
import { GatehouseError } from "@gatehouse/kernel"

/**
 * A request's body as a stream of its own that ends in `request.too_large` beyond the limit and in an error when the client
 * leaves. The forwarded request may end it without ending the client's connection, which still waits for its answer.
 */
export function limitBody(request: IncomingMessage, limitBytes: number): Transform {
  let bytes = 0
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength
      if (bytes > limitBytes) done(new GatehouseError("request.too_large", { details: { limitBytes } }))
      else done(null, chunk)
    },
  })
  request.once("close", () => {
    if (!request.complete) body.destroy(new Error("the client left before its body ended"))
  })
  request.once("error", (error) => body.destroy(error))
  // A request that still waits for a connection has no reader that hears of this; unheard, it would end the process.
  body.on("error", () => undefined)
  // What is left of the body is read and dropped, so that a client that is still sending gets to read the answer.
  body.once("close", () => request.resume())
  return request.pipe(body)
}
