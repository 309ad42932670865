import { GatehouseError } from "@gatehouse/kernel"

/** Members under which clients have put credentials into addresses (RFC 6750 section 2.3, and what OAuth calls tokens). */
const credentialMembers: ReadonlySet<string> = new Set([
  "access_token",
  "api_key",
  "apikey",
  "authorization",
  "bearer_token",
  "client_secret",
  "id_token",
  "refresh_token",
  "token",
])

/** Three parts of base64url that begin like a JSON object: whatever its name, it is a token. */
const tokenForm = /^(?:bearer\s+)?eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/i

/** Throws `tokens.in_query` for a query that carries a credential; whether it would be valid is not asked (RFC 9700 section 4.3.2). */
export function refuseQueryCredentials(query: string | undefined): void {
  if (query === undefined || query === "") return
  for (const [name, value] of new URLSearchParams(query)) {
    if (credentialMembers.has(name.toLowerCase().replaceAll("-", "_")) || tokenForm.test(value.trim()))
      throw new GatehouseError("tokens.in_query")
  }
}
