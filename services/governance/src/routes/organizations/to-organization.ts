import type { Organization } from "@gatehouse/contracts"
import { issuerOf, organizationUrl, type PlatformAddresses } from "../../addresses.ts"
import type { OrganizationTable } from "../../database/registry-schema.ts"

/** An organization as the API shows it; its addresses follow the configuration. */
export function toOrganization(addresses: PlatformAddresses, row: OrganizationTable): Organization {
  return {
    id: row.id,
    name: row.name,
    url: organizationUrl(addresses, row.id),
    issuer: issuerOf(addresses, row.id),
    created_at: row.created_at.toISOString(),
  }
}
