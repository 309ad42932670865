import { platformOrganizationId, principalId } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Auth } from "@gatehouse/sdk"

const gateway = principalId("service", platformOrganizationId, "gateway")

/** Lets the gateway itself in, by its own principal and no other; to everyone else there is nothing here. */
export function authorizeGateway({ principal }: Auth): undefined {
  if (principal.id !== gateway || principal.home !== platformOrganizationId) {
    throw new GatehouseError("request.not_found")
  }
}
