import type { OrganizationId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { parseHost } from "../request/parse-host.ts"
import type { OrganizationDirectory } from "./create-organization-directory.ts"

/** Names of this machine, which stand for no organization: there the issuer alone decides. */
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

/** The host names that name no organization: the platform's own, and this machine's. */
export function unnamedHostsOf(publicUrl: string): ReadonlySet<string> {
  return new Set([...loopbackNames, new URL(publicUrl).hostname.toLowerCase()])
}

/** A request's `Host` field, and what it may name. */
export interface HostQuery {
  readonly header: string | undefined
  readonly unnamedHosts: ReadonlySet<string>
  readonly directory: Pick<OrganizationDirectory, "byHost">
}

/**
 * The organization that a Host header names, or undefined for a host that names none. Exact lookup of the whole name, so a
 * subdomain of an organization's is unknown. Throws `gateway.unknown_host` (421).
 */
export async function resolveHost(query: HostQuery): Promise<OrganizationId | undefined> {
  if (query.header === undefined) throw new GatehouseError("gateway.malformed_request")
  const host = parseHost(query.header)
  if (query.unnamedHosts.has(host)) return undefined
  const organization = await query.directory.byHost(host)
  if (organization === undefined) throw new GatehouseError("gateway.unknown_host")
  return organization
}
