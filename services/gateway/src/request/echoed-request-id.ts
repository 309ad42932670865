import { GatehouseError } from "@gatehouse/kernel"
import type { RequestHeaders } from "./request-headers.ts"

/** Visible ASCII with spaces within: what can be copied into another message exactly as it came. */
const echoable = /^[!-~](?:[ -~]*[!-~])?$/
/** Ids of every kind in use are far shorter. */
const maximumLength = 256

/**
 * The id that a client gives its request, to be given back with the answer (AuthZEN Authorization API 1.0 section 10.1.3);
 * undefined where it gives none. Throws `gateway.malformed_request` for one that cannot be given back as it is.
 */
export function echoedRequestId(headers: RequestHeaders): string | undefined {
  const [given, ...more] = headers.get("x-request-id") ?? []
  if (given === undefined || given === "") return undefined
  if (more.length > 0 || given.length > maximumLength || !echoable.test(given))
    throw new GatehouseError("gateway.malformed_request")
  return given
}
