import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import type { Auth } from "./auth.ts"
import type { ResourceRegistration } from "./auth-facts.ts"
import { readCredential } from "./credential.ts"
import { headerValues } from "./header-values.ts"
import type { IncomingRequest } from "./incoming-request.ts"
import { openAuth } from "./open-auth.ts"
import { readProjectSelection } from "./project-selection.ts"
import type { RequestVerifier } from "./request-verifier.ts"

/** What a service hands over to be guarded: its verifier, its authorizer and its databases. */
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

/** The one door of a service: who asks, what may they do, and the database behind the answer. */
export interface Gatehouse<DB> {
  readonly service: string
  /** True where only the gateway's internal tokens are accepted, so that the gateway stands in front. */
  readonly behindGateway: boolean
  /**
   * Who asks. Throws `tokens.*` (401; 400 for two credentials or one in the query; 503 where it could not be verified) and
   * `request.project_mismatch` (400). Call `end` on the result when the request is over; the fastify adapter does.
   */
  authenticate(request: IncomingRequest): Promise<Auth>
  /** Runs `work` in one transaction of the organization's database, with the verbs that the grant's permission opens. */
  readonly withGrant: OrganizationDatabases<DB>["withGrant"]
}

/** Makes a service's door from its verifier, its authorizer and its databases. */
export function createGatehouse<DB>(options: GatehouseOptions<DB>): Gatehouse<DB> {
  const { service, verifier, authorizer, databases, resources = {}, logger } = options
  return Object.freeze({
    service,
    behindGateway: verifier.accepts === "internal",
    authenticate: async (request: IncomingRequest) => {
      const token = readCredential(request)
      const selectedProject = readProjectSelection(request)
      const [host] = headerValues(request, "host")
      const principal = await verifier.verify(token, {
        method: request.method ?? "GET",
        pathAndQuery: request.url,
        host,
      })
      return openAuth({ principal, selectedProject, authorizer, databases, resources, logger })
    },
    withGrant: databases.withGrant.bind(databases) as OrganizationDatabases<DB>["withGrant"],
  })
}
