import type { ServerResponse } from "node:http"
import type { Principal } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { GatewayLimits } from "../options.ts"

/** A place is free as soon as any answer of the same client ends; nobody can say when, so the least is named. */
const retryAfterSeconds = 1

/** Bounds what one principal and one organization have under way at the same time. */
export interface ForwardPlaces {
  /**
   * Takes a place of the principal and one of its home organization until the response has closed. Throws
   * `gateway.rate_limited` when either has none left; then none is taken.
   * Tenant scope: the home, so that an operator of the platform who acts in an organization takes nothing from it.
   */
  hold(principal: Pick<Principal, "id" | "home">, response: ServerResponse): void
}

/** Makes the places of one gateway; several gateways each have this many. */
export function createForwardPlaces(
  limits: Pick<GatewayLimits, "forwardsPerPrincipal" | "forwardsPerOrganization">,
): ForwardPlaces {
  const principals = createCounter(limits.forwardsPerPrincipal)
  const organizations = createCounter(limits.forwardsPerOrganization)
  return {
    hold({ id, home }, response) {
      // A client that left while it was looked at closes nothing any more.
      if (response.closed || response.destroyed) return
      if (principals.isFull(id) || organizations.isFull(home))
        throw new GatehouseError("gateway.rate_limited", { details: { retryAfterSeconds } })
      principals.add(id)
      organizations.add(home)
      response.once("close", () => {
        principals.remove(id)
        organizations.remove(home)
      })
    },
  }
}

/** Counts by key; a key without a count takes no memory. */
function createCounter(maximum: number) {
  const counts = new Map<string, number>()
  return {
    isFull: (key: string) => (counts.get(key) ?? 0) >= maximum,
    add: (key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    remove(key: string): void {
      const rest = (counts.get(key) ?? 1) - 1
      if (rest === 0) counts.delete(key)
      else counts.set(key, rest)
    },
  }
}
