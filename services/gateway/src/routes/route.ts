import type { OrganizationPermission, ProjectPermission } from "@gatehouse/contracts"
import type { UpstreamName } from "../options.ts"

/** The methods that routes of the table use; every other is refused. */
export type RouteMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** What must hold before a request goes on. The service asks again, on the very object that it touches. */
export type RouteCheck =
  /** On the selected project, where the request selects one; the service refuses a request that had to and did not. */
  | { readonly on: "project"; readonly permission: ProjectPermission }
  /** On the organization in which the principal acts. */
  | { readonly on: "organization"; readonly permission: OrganizationPermission }

/** One operation of the public API. */
export interface Route {
  readonly method: RouteMethod
  /** `{name}` is one segment, `{name*}` at the end is one or more. `{project}` selects the project. */
  readonly pattern: string
  readonly upstream: UpstreamName
  /** Undefined where a verified principal of the organization is all that can be asked before the service looks. */
  readonly check?: RouteCheck
  /** Larger bodies are refused here. Default: `defaultBodyLimitBytes`. */
  readonly bodyLimitBytes?: number
  /**
   * On a wire of others that asks for it: the client's own `X-Request-ID` is the answer's. Our id stays what is logged and what
   * services see.
   */
  readonly echoesRequestId?: boolean
}

/** Bodies of our own operations are small; services name a smaller limit of their own. */
export const defaultBodyLimitBytes = 1_048_576
/** The largest body that any operation takes. */
export const maximumBodyBytes = 33_554_432
