import { type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { parseHost } from "../request/parse-host.ts"
import type { OrganizationDirectory } from "./create-organization-directory.ts"

/** Where a protected resource says which authorization server vouches for its callers (RFC 9728 section 3). */
export const resourceMetadataPath = "/.well-known/oauth-protected-resource"

/**
 * What a client needs to log in at an address that it was given: the issuer of the organization that the host names, or of the
 * platform where it names none. The host is one that was looked up exactly; scheme and port are the configured ones.
 */
export async function resourceMetadata(
  {
    publicUrl,
    directory,
  }: { readonly publicUrl: string; readonly directory: Pick<OrganizationDirectory, "issuerOf"> },
  hostHeader: string,
  organization: OrganizationId | undefined,
): Promise<object> {
  const issuer = await directory.issuerOf(organization ?? platformOrganizationId)
  if (issuer === undefined) throw new GatehouseError("request.not_found")
  return {
    resource: publicOrigin(publicUrl, hostHeader, organization),
    authorization_servers: [issuer],
    bearer_methods_supported: ["header"],
  }
}

/** Where the API answers, as the client reached it: the organization's host, or the configured address where it names none. */
export function publicOrigin(
  publicUrl: string,
  hostHeader: string,
  organization: OrganizationId | undefined,
): string {
  const url = new URL(publicUrl)
  if (organization !== undefined) url.hostname = parseHost(hostHeader)
  return url.origin
}
