import { connectionOptions, hopByHopHeaders } from "../request/request-headers.ts"

/**
 * Fields of a service's answer that are the gateway's own to say, or that no service has a reason to send: cookies would
 * authenticate past the token, CORS and the request id are decided here.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  "alt-svc",
  "date",
  "server",
  "set-cookie",
  "strict-transport-security",
  "vary",
  "via",
  "x-powered-by",
  "x-request-id",
])

/** What every answer carries, forwarded or not. An answer belongs to one credential, so no cache may keep it. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    vary: "Origin",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  }
}

/** The fields of a service's answer that go on to the client. */
export function answeredHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const named = new Set(connectionOptions([headers.connection ?? []].flat()))
  const result: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    const stays =
      hopByHopHeaders.has(lower) ||
      ownHeaders.has(lower) ||
      named.has(lower) ||
      lower.startsWith("access-control-")
    if (value !== undefined && !stays) result[lower] = value
  }
  return result
}
