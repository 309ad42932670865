import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { GatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance } from "fastify"

/** Connections on which something could be read in two ways. What else is on them may be part of that, and is not looked at. */
const distrusted = new WeakSet<Socket>()

/**
 * Refuses what Node's parser lets through and another server could read differently, and ends the connection: two `Host`
 * fields, equal ones too (RFC 9112 section 3.2), and another transfer coding than `chunked` (section 6.1). Two lengths, a
 * length beside chunks, malformed chunks and folded fields never get this far.
 */
export function refuseAmbiguousMessages(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw
    if (distrusted.has(socket)) {
      reply.hijack()
      return
    }
    if (!isAmbiguous(request.raw)) {
      done()
      return
    }
    distrusted.add(socket)
    reply.header("connection", "close")
    done(new GatehouseError("request.ambiguous"))
  })
}

function isAmbiguous({ rawHeaders, headers }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host")
  const coding = headers["transfer-encoding"]
  return hosts.length > 1 || (coding !== undefined && coding.toLowerCase() !== "chunked")
}
