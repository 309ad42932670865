import { GatehouseError } from "@gatehouse/kernel"

/** Longest host name (RFC 1035 section 2.3.4), with a port beside it. */
const maximumHostLength = 260

/**
 * The canonical form of a Host header: lower case, without port and without one trailing dot. Throws
 * `gateway.malformed_request` for anything that is no host (RFC 9110 section 7.2).
 */
export function parseHost(header: string): string {
  const form = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(?::\d{1,5})?$/
  const host = header.length > maximumHostLength ? undefined : form.exec(header.toLowerCase())?.[1]
  if (host === undefined) throw new GatehouseError("gateway.malformed_request")
  return host
}
