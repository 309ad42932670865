import { type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"

/** Where things answer, from configuration: nothing of it is stored, so a moved port moves issuers at the next start. */
export interface PlatformAddresses {
  /** The gateway's public address: `http://localhost:8080`. An organization's is the same with its id before the host. */
  readonly publicUrl: string
  /** The identity server as browsers and tokens name it: `http://localhost:8081`. */
  readonly issuerBaseUrl: string
  /** The identity server as services dial it. */
  readonly identityUrl: string
  /** What every realm signs access tokens with. */
  readonly algorithm: "RS256" | "ES256"
}

/** An organization's own address. */
export function organizationUrl({ publicUrl }: PlatformAddresses, id: OrganizationId): string {
  const url = new URL(publicUrl)
  if (id !== platformOrganizationId) url.hostname = `${id}.${url.hostname}`
  return url.origin
}

/** The issuer of an organization's realm, as its tokens spell it. */
export function issuerOf({ issuerBaseUrl }: PlatformAddresses, id: OrganizationId): string {
  return `${issuerBaseUrl}/realms/${id}`
}

/** Where the keys of an organization's realm are dialled. */
export function jwksUriOf({ identityUrl }: PlatformAddresses, id: OrganizationId): string {
  return `${identityUrl}/realms/${id}/protocol/openid-connect/certs`
}
