import { GatehouseError } from "@gatehouse/kernel"

/** `Bearer`, one space, and what RFC 6750 section 2.1 lets a token be (b64token). The scheme has no case (RFC 9110 section 11.1). */
const bearerForm = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * The token of a request's Authorization header. Take every header of that name (`rawHeaders`, `headersDistinct`): Node's
 * `headers` keeps the first and drops the rest. Throws `tokens.missing` for none, `tokens.ambiguous_credentials` for
 * several, `tokens.malformed` for another scheme.
 */
export function readBearerToken(authorization: string | readonly string[] | undefined): string {
  const values = typeof authorization === "string" ? [authorization] : (authorization ?? [])
  const [value] = values
  if (value === undefined) throw new GatehouseError("tokens.missing")
  if (values.length > 1 || value.includes(",")) throw new GatehouseError("tokens.ambiguous_credentials")
  const token = bearerForm.exec(value)?.[1]
  if (token === undefined) throw new GatehouseError("tokens.malformed")
  return token
}
