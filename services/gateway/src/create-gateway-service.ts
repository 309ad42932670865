import type { RunningPart } from "@gatehouse/kernel"
import { GatehouseError } from "@gatehouse/kernel"
import type { GatewayServiceOptions } from "./options.ts"

/** Starts the data plane on both loopback addresses. */
export async function createGatewayService(_options: GatewayServiceOptions): Promise<RunningPart> {
  throw new GatehouseError("request.internal")
}
