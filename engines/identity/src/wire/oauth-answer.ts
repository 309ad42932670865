import type { FastifyReply } from "fastify"

/** Answers of the token endpoint and its neighbours are nobody's to keep (RFC 6749 section 5.1). */
export const notStored = { "cache-control": "no-store", pragma: "no-cache" } as const

/** Sends JSON that is not stored. */
export function sendOAuth(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).headers(notStored).type("application/json").send(JSON.stringify(body))
}

/** Sends an OAuth error (RFC 6749 section 5.2). The description never repeats anything of the request. */
export function sendOAuthError(
  reply: FastifyReply,
  status: number,
  error: string,
  description: string,
): FastifyReply {
  return sendOAuth(reply, status, { error, error_description: description })
}

/** Sends a page. */
export function sendPage(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string>>,
  page: string,
): FastifyReply {
  return reply.code(status).headers(headers).type("text/html; charset=utf-8").send(page)
}
