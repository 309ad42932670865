import { type OrganizationId, platformAdministratorRole, platformService } from "@gatehouse/contracts"
import type { Auth } from "./auth.ts"
import type { GatehouseOptions } from "./create-gatehouse.ts"
import { openAuth } from "./open-auth.ts"

/** Opens the lifetime of one run of a job in one organization. Call `end` on the result when the run is over. */
export type JobAuthFactory = (organization: OrganizationId) => Auth

/**
 * For jobs of the control plane, which no request carries: the service asks for each permission as itself, a platform
 * principal, at the time it needs it. What it does is audited under its own name. A tenant service has no use for it: its
 * work begins in a request.
 */
export function createJobAuth<DB>(
  options: Pick<GatehouseOptions<DB>, "service" | "authorizer" | "databases" | "resources" | "logger">,
): JobAuthFactory {
  const { service, authorizer, databases, resources = {}, logger } = options
  return (organization) =>
    openAuth({
      principal: platformService(service, organization, [platformAdministratorRole]),
      selectedProject: undefined,
      authorizer,
      databases,
      resources,
      logger,
    })
}
