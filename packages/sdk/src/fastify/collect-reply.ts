import type { FastifyReply } from "fastify"
import type { RouteReply } from "./route.ts"

/** What a handler says of its answer besides the body. */
export interface CollectedReply {
  readonly forHandler: RouteReply
  /** Puts status and headers into the answer. */
  apply(): void
}

/**
 * Keeps the status and headers that a handler sets until it has ended. Where it fails instead (its transaction at the commit, say),
 * the error's answer has none of them: no `location` of what was not made, no `content-disposition` of what is not sent.
 */
export function collectReply(reply: FastifyReply): CollectedReply {
  let status: number | undefined
  const headers = new Map<string, string>()
  const forHandler: RouteReply = {
    code: (given) => {
      status = given
      return forHandler
    },
    header: (name, value) => {
      headers.set(name.toLowerCase(), value)
      return forHandler
    },
    raw: reply.raw,
  }
  return {
    forHandler,
    apply: () => {
      if (status !== undefined) reply.code(status)
      for (const [name, value] of headers) reply.header(name, value)
    },
  }
}
