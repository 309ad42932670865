import { GatehouseError } from "@gatehouse/kernel"
import { readBearerToken } from "@gatehouse/tokens"
import { headerValues } from "./header-values.ts"
import type { IncomingRequest } from "./incoming-request.ts"

/** Query members that would carry a credential (RFC 6750 section 2.3). They are refused, used or not. */
const credentialMembers = ["access_token", "api_key"]

/**
 * The one credential of a request. Throws `tokens.missing` and `tokens.malformed` (401), `tokens.ambiguous_credentials` and
 * `tokens.in_query` (400).
 */
export function readCredential(request: Pick<IncomingRequest, "url" | "rawHeaders">): string {
  const query = request.url.indexOf("?")
  if (query >= 0) {
    const members = new URLSearchParams(request.url.slice(query + 1))
    if (credentialMembers.some((member) => members.has(member))) throw new GatehouseError("tokens.in_query")
  }
  return readBearerToken(headerValues(request, "authorization"))
}
