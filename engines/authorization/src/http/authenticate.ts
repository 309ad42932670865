import { equalInConstantTime, revealSecret, type Secret } from "@gatehouse/kernel"
import type { FastifyRequest } from "fastify"
import { refuse } from "../wire/error-codes.ts"

/**
 * Refuses a request without the preshared key. INVARIANT 8: the comparison takes the same time whatever was sent. Two
 * `Authorization` headers are none: which of them counts must not depend on who reads them.
 */
export function assertAuthenticated(request: FastifyRequest, presharedKey: Secret): void {
  const { rawHeaders } = request.raw
  const sent = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "authorization")
  const match = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")
  const token = match?.[1]
  if (token === undefined || sent.length !== 1) throw refuse("bearer_token_missing", "missing bearer token")
  if (!equalInConstantTime(revealSecret(presharedKey), token))
    throw refuse("unauthenticated", "unauthenticated")
}
