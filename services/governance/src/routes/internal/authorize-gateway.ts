import { gatewayPrincipal } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Auth } from "@gatehouse/sdk"

/** Lets the gateway itself in, by its own principal and no other; to everyone else there is nothing here. */
export function authorizeGateway({ principal }: Auth): undefined {
  if (principal.id !== gatewayPrincipal.id || principal.home !== gatewayPrincipal.home) {
    throw new GatehouseError("request.not_found")
  }
}
