import { GatehouseError } from "@gatehouse/kernel"

/**
 * The header fields of one request by lower-case name, each with every value in the order of the request. Node's `headers`
 * drops some repeated fields and joins others; here what came twice is seen twice.
 */
export type RequestHeaders = ReadonlyMap<string, readonly string[]>

/** Hop-by-hop fields (RFC 9110 section 7.6.1), and what older software treats so. */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

/**
 * Reads the fields that the client meant for more than this connection. Fields that `Connection` names are gone: they are
 * neither believed nor forwarded. Trailers are never read.
 */
export function readRequestHeaders(rawHeaders: readonly string[]): RequestHeaders {
  const headers = new Map<string, string[]>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase()
    const values = headers.get(name)
    if (values) values.push(rawHeaders[index + 1] ?? "")
    else headers.set(name, [rawHeaders[index + 1] ?? ""])
  }
  for (const name of connectionOptions(headers.get("connection") ?? [])) {
    // What frames the message is not the client's to switch off.
    if (!framing.has(name)) headers.delete(name)
  }
  return headers
}

/** Names that a `Connection` header lists, in lower case. */
export function connectionOptions(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(",")).map((name) => name.trim().toLowerCase())
}

/** The value of a field that may occur once. Throws `gateway.malformed_request` where it occurs more often. */
export function singleHeader(headers: RequestHeaders, name: string): string | undefined {
  const values = headers.get(name) ?? []
  if (values.length > 1) throw new GatehouseError("gateway.malformed_request")
  return values[0]
}

const framing: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "host",
  "transfer-encoding",
  "upgrade",
])
