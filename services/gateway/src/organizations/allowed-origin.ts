import { parseHost } from "../request/parse-host.ts"

/** How long a browser may remember a preflight, in seconds: short, since the list is configuration. */
const preflightSeconds = "600"
const allowedMethods = "GET, POST, PUT, PATCH, DELETE"
const allowedHeaders =
  "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-project-id, x-request-id"
const exposedHeaders = "etag, location, retry-after, x-decision-id, x-request-id"

/** Which pages may call the API from a browser. */
export interface OriginPolicy {
  readonly publicUrl: string
  readonly allowedOrigins: readonly string[]
}

/**
 * Whether pages of an origin may read answers on this host: the host's own origin (with the platform's scheme and port), and
 * those that the configuration names. Exact comparison; `null` and patterns match nothing.
 */
export function isAllowedOrigin(origin: string, host: string, policy: OriginPolicy): boolean {
  const own = new URL(policy.publicUrl)
  own.hostname = parseHost(host)
  return origin === own.origin || policy.allowedOrigins.includes(origin)
}

/** What an allowed origin's page may read. Never a wildcard, and never with credentials that a browser adds by itself. */
export function corsHeaders(origin: string): Record<string, string> {
  return { "access-control-allow-origin": origin, "access-control-expose-headers": exposedHeaders }
}

/** The answer to an allowed origin's preflight. */
export function preflightHeaders(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": allowedMethods,
    "access-control-allow-headers": allowedHeaders,
    "access-control-max-age": preflightSeconds,
  }
}
