import type { Principal } from "@gatehouse/contracts"
import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"

/** A resource type of a service: rows with `id` and `project_id` in a table of its schema. */
export interface ResourceRegistration {
  readonly table: string
}

/** What one request's checks work with. */
export interface AuthFacts {
  readonly principal: Principal
  readonly selectedProject: string | undefined
  readonly authorizer: Authorizer
  readonly databases: Pick<OrganizationDatabases<never>, "resourceProject" | "recordUse">
  readonly resources: Readonly<Record<string, ResourceRegistration>>
  readonly logger: Logger
}
