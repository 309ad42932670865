import { GatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance } from "fastify"
import { judgeMessage } from "./judge-message.ts"

/** Refuses what another server could read differently, and ends the connection. */
export function refuseAmbiguousMessages(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const verdict = judgeMessage(request.raw)
    if (verdict === "answer") {
      done()
    } else if (verdict === "ignore") {
      reply.hijack()
    } else {
      reply.header("connection", "close")
      done(new GatehouseError("request.ambiguous"))
    }
  })
}
