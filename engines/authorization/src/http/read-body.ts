import type { IncomingMessage } from "node:http"
import { setImmediate as nextTurn } from "node:timers/promises"
import { GatehouseError } from "@gatehouse/kernel"
import { parseBody, WireMessage } from "../wire/proto-json.ts"

/** A body larger than this takes milliseconds to be read as JSON: what is then done with it waits for the next turn. */
const largeBodyBytes = 65_536

/** A request's body as a message of the wire. Throws as `readBody` and `parseBody` do. */
export async function readMessage(message: IncomingMessage, limitBytes: number): Promise<WireMessage> {
  const body = await readBody(message, limitBytes)
  const read = new WireMessage(parseBody(body))
  if (body.length > largeBodyBytes) await nextTurn()
  return read
}

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
