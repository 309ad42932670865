import type { ServiceApp } from "@gatehouse/sdk"
import type { GovernanceContext } from "../service-context.ts"

/** What a route is added with. */
export interface RouteContext extends GovernanceContext {
  readonly app: ServiceApp
}
