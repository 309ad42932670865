import type { IncomingMessage } from "node:http"
import { GatehouseError } from "@gatehouse/kernel"
import { type RequestHeaders, singleHeader } from "./request-headers.ts"

/** How much body comes, as the message says. */
export interface RequestBody {
  /** Undefined where it comes in chunks. */
  readonly lengthBytes: number | undefined
}

/** Methods whose content has no meaning (RFC 9110 section 9.3); one that carries some is read differently by others. */
const withoutBody: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"])

/**
 * Refuses what Node's parser lets through and another server could frame otherwise (RFC 9112 section 6.1); the caller
 * closes the connection. Two lengths, a length beside chunks, malformed chunks and folded fields never get this far: the
 * parser answers 400 and closes. Returns the body that follows, or undefined for none.
 */
export function checkFraming(request: IncomingMessage, headers: RequestHeaders): RequestBody | undefined {
  if (headers.has("upgrade")) throw new GatehouseError("gateway.upgrade_refused")
  singleHeader(headers, "host")
  const encoding = singleHeader(headers, "transfer-encoding")
  const length = singleHeader(headers, "content-length")
  if (encoding !== undefined) {
    // Another coding than chunked would be forwarded without its name; HTTP/1.0 knows none at all.
    const isPlain = encoding.toLowerCase() === "chunked" && request.httpVersion === "1.1"
    if (!isPlain || length !== undefined) throw malformed()
  }
  const body = bodyOf(encoding, length)
  if (body && withoutBody.has(request.method ?? "")) throw malformed()
  return body
}

function bodyOf(encoding: string | undefined, length: string | undefined): RequestBody | undefined {
  if (encoding !== undefined) return { lengthBytes: undefined }
  if (length === undefined || length === "0") return undefined
  if (!/^\d{1,15}$/.test(length)) throw malformed()
  return { lengthBytes: Number(length) }
}

function malformed(): GatehouseError {
  return new GatehouseError("gateway.malformed_request")
}
