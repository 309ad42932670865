import type { OrganizationId } from "@gatehouse/contracts"
import type { Clock, RunningPart, Secret } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import type { RequestVerifier } from "@gatehouse/sdk"
import type { Logger } from "@gatehouse/telemetry"
import type { KeySetFetch } from "@gatehouse/tokens"
import type { PlatformAddresses } from "./addresses.ts"
import type { OrganizationTables } from "./database/organization-schema.ts"
import type { RealmDirectory } from "./directory/realm-directory.ts"
import type { NewOrganization, ProvisioningOptions } from "./tenancy/provision-organization.ts"

/** What governance works on, whom it trusts, and where it listens. */
export interface GovernanceServiceOptions {
  /** Internal tokens for the audience `governance`. */
  readonly verifier: RequestVerifier
  readonly authorizer: Authorizer
  /** Organization databases under the service's own login. */
  readonly databases: OrganizationDatabases<OrganizationTables>
  /** The address, with its login, of the service's own database `gatehouse_governance`. */
  readonly databaseUrl: Secret
  readonly realms: RealmDirectory
  readonly provisioning: ProvisioningOptions
  readonly addresses: PlatformAddresses
  /** Clients whose back-channel logout address is this service's. Default: the platform's own. */
  readonly logoutAudiences?: readonly string[]
  /** Dials key sets. Default: undici's fetch. */
  readonly fetch?: KeySetFetch
  readonly clock?: Clock
  readonly logger: Logger
  /** 0 takes a free one. */
  readonly port: number
}

/** The control plane, running. It owns its own database's pool and nothing else that it was given. */
export interface GovernanceService extends RunningPart {
  /** Makes an organization, or completes one. Idempotent. There is no HTTP route for it. */
  provisionOrganization(organization: NewOrganization): Promise<void>
  /**
   * Brings every known organization to this release and to the addresses of this start. Idempotent. Returns those that failed:
   * they are not served until a later run completes them.
   */
  completeOrganizations(): Promise<readonly OrganizationId[]>
}
