import { GatehouseError } from "@gatehouse/kernel"
import type { RequestHeaders } from "../request/request-headers.ts"
import { projectHeader } from "../request/select-project.ts"

/**
 * Every field of a client that reaches a service: a positive list, so that an identity or forwarding field passes in no
 * spelling, known or not yet invented. `list` fields may occur more than once (RFC 9110 section 5.3).
 */
const forwarded: ReadonlyMap<string, "single" | "list"> = new Map([
  ["accept", "list"],
  ["accept-language", "list"],
  ["content-encoding", "single"],
  ["content-type", "single"],
  ["idempotency-key", "single"],
  ["if-match", "list"],
  ["if-modified-since", "single"],
  ["if-none-match", "list"],
  ["if-unmodified-since", "single"],
  ["user-agent", "single"],
])

/** Visible ASCII, spaces and tabs: what may be copied into another message. */
const plainValue = /^[\t -~]*$/

/** W3C Trace Context section 3.2.2, version 00; all-zero ids are invalid. */
const traceparentForm = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** W3C Trace Context section 3.3.1.5 asks for at least this many characters to be carried on. */
const maximumTracestateLength = 512

/** What the gateway itself tells the service; the client's fields of these names are dropped. */
export interface VouchedHeaders {
  readonly internalToken: string
  readonly requestId: string
  readonly project: string | undefined
}

/** The fields of the forwarded request: the client's few, and what the gateway vouches for. */
export function forwardedHeaders(headers: RequestHeaders, vouched: VouchedHeaders): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, kind] of forwarded) {
    const values = headers.get(name)
    if (values === undefined) continue
    if (kind === "single" && values.length > 1) throw new GatehouseError("gateway.malformed_request")
    if (!values.every((value) => plainValue.test(value)))
      throw new GatehouseError("gateway.malformed_request")
    result[name] = values.join(", ")
  }
  return {
    ...result,
    ...traceHeaders(headers),
    ...(vouched.project === undefined ? {} : { [projectHeader]: vouched.project }),
    authorization: `Bearer ${vouched.internalToken}`,
    "x-request-id": vouched.requestId,
  }
}

/** The caller's trace, carried on only where it is well-formed: it decides nothing. */
function traceHeaders(headers: RequestHeaders): Record<string, string> {
  const [traceparent, ...others] = headers.get("traceparent") ?? []
  if (traceparent === undefined || others.length > 0 || !traceparentForm.test(traceparent)) return {}
  const tracestate = (headers.get("tracestate") ?? []).join(",")
  const isCarried =
    tracestate !== "" && tracestate.length <= maximumTracestateLength && plainValue.test(tracestate)
  return { traceparent, ...(isCarried ? { tracestate } : {}) }
}
