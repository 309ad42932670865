import type { IncomingMessage } from "node:http"
import { GatehouseError } from "@gatehouse/kernel"

/**
 * The bytes of a request's body. More than the limit is `request.too_large`, but only after the rest has been taken and
 * dropped: a client that still sends would not read the answer. The listener's timeout bounds how long that may take.
 */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    message.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limitBytes) chunks.length = 0
      else chunks.push(chunk)
    })
    message.on("end", () => {
      if (bytes > limitBytes) reject(new GatehouseError("request.too_large"))
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
    // The caller is gone, and so is whoever would read an answer.
    message.on("error", (error) => reject(new GatehouseError("request.invalid", { cause: error })))
  })
}
