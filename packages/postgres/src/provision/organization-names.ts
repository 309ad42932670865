import { isOrganizationId, type OrganizationId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"

/**
 * Services name schemas and logins. Without dashes, so that `gatehouse_<org>_<service>` reads one way only: an organization's id
 * has no underscore. 20 letters keep the longest login within PostgreSQL's 63 bytes.
 */
const serviceForm = /^[a-z][a-z0-9_]{0,19}$/
const reservedServices: ReadonlySet<string> = new Set(["audit", "owner", "public", "information_schema"])

/** The database of one organization. Throws `postgres.invalid_identifier` for what is no organization's id. */
export function organizationDatabase(organization: OrganizationId): string {
  return `gatehouse_tenant_${slug(organization)}`
}

/** The role that owns everything in an organization's database. It never logs in. */
export function organizationOwner(organization: OrganizationId): string {
  return `gatehouse_${slug(organization)}_owner`
}

/** The login of one service in one organization's database. Throws `postgres.invalid_identifier`. */
export function organizationLogin(organization: OrganizationId, service: string): string {
  if (!serviceForm.test(service) || reservedServices.has(service) || service.startsWith("pg_")) {
    throw new GatehouseError("postgres.invalid_identifier")
  }
  return `gatehouse_${slug(organization)}_${service}`
}

/** The type says that it was parsed; a name of a role or database is worth looking at once more. */
function slug(organization: OrganizationId): string {
  if (!isOrganizationId(organization)) throw new GatehouseError("postgres.invalid_identifier")
  return organization
}
