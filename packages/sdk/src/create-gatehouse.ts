import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import type { Auth } from "./auth.ts"
import type { RequestVerifier } from "./request-verifier.ts"

/** A resource type of a service: rows with `id` and `project_id` in a table of its schema. */
export interface ResourceRegistration {
  readonly table: string
}

export interface GatehouseOptions<DB> {
  /** The service's name: its schema in every organization's database. */
  readonly service: string
  readonly verifier: RequestVerifier
  readonly authorizer: Authorizer
  readonly databases: OrganizationDatabases<DB>
  /** Types whose permission is asked with `resource(type, id)`, by their name in the permission model. */
  readonly resources?: Readonly<Record<string, ResourceRegistration>>
  readonly logger: Logger
}

/** The request as a framework has it. `headersDistinct` and `url` are those of node:http. */
export interface IncomingRequest {
  readonly method: string
  /** Path and query byte for byte as received. */
  readonly url: string
  /** Every value of a header, by its name in lower case: `IncomingMessage.headersDistinct`. */
  readonly headersDistinct: Readonly<Record<string, readonly string[] | undefined>>
}

/** The one door of a service: who asks, what may they do, and the database behind the answer. */
export interface Gatehouse<DB> {
  readonly service: string
  /**
   * Who asks. Throws `tokens.*` or `request.credential_missing` (401), `request.two_credentials`,
   * `request.credential_in_query` and `request.project_mismatch` (400). Call `end` on the result when the request is over.
   */
  authenticate(request: IncomingRequest): Promise<Auth>
  /** Runs `work` in one transaction of the organization's database, with the verbs that the grant's permission opens. */
  readonly withGrant: OrganizationDatabases<DB>["withGrant"]
}
