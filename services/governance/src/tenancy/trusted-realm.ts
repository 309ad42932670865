import {
  type OrganizationDirectoryAnswer,
  type OrganizationId,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { issuerOf, jwksUriOf, organizationUrl, type PlatformAddresses } from "../addresses.ts"

/** What a verifier has to know of an organization's realm. The platform's own has no host name of its own. */
export function trustedRealm(
  addresses: PlatformAddresses,
  id: OrganizationId,
): Omit<OrganizationDirectoryAnswer["organizations"][number], "name"> {
  return {
    id,
    issuer: issuerOf(addresses, id),
    jwks_uri: jwksUriOf(addresses, id),
    algorithm: addresses.algorithm,
    hosts: id === platformOrganizationId ? [] : [new URL(organizationUrl(addresses, id)).hostname],
  }
}
