import { isIPv6 } from "node:net"
import { GatehouseError } from "@gatehouse/kernel"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import type { GatewayLimits, RateLimit } from "../options.ts"

/** Counts requests in this process. Each throws `gateway.rate_limited` with the seconds to wait in `details`. */
export interface RateLimits {
  countAddress(remoteAddress: string | undefined): Promise<void>
  countPrincipal(principalId: string): Promise<void>
}

/** Makes the counters of one gateway; several gateways each allow this much. */
export function createRateLimits(
  limits: Pick<GatewayLimits, "requestsPerAddress" | "requestsPerPrincipal">,
): RateLimits {
  const addresses = limiter(limits.requestsPerAddress)
  const principals = limiter(limits.requestsPerPrincipal)
  return {
    countAddress: (remoteAddress) => consume(addresses, clientNetwork(remoteAddress)),
    countPrincipal: (principalId) => consume(principals, principalId),
  }
}

/**
 * The client as it counts: the connection's own address, never one from a header. Of IPv6 the first 64 bits, since one
 * subscriber has all addresses below them (RFC 6177); an IPv4 address in IPv6 is the IPv4 one.
 */
export function clientNetwork(remoteAddress: string | undefined): string {
  if (remoteAddress === undefined) return "unknown"
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(remoteAddress)) return remoteAddress
  const [head = "", tail] = remoteAddress.replace(/%.*$/, "").split("::")
  const groups = head === "" ? [] : head.split(":")
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length)
  const all = [...groups, ...Array.from({ length: missing }, () => "0"), ...(tail ? tail.split(":") : [])]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`
}

function limiter({ requests, perSeconds }: RateLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: requests, duration: perSeconds })
}

async function consume(counter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await counter.consume(key)
  } catch (error) {
    // Anything but the counter's own refusal is a failure, and a failure refuses too.
    const waitMilliseconds = error instanceof RateLimiterRes ? error.msBeforeNext : 1_000
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMilliseconds / 1_000))
    throw new GatehouseError("gateway.rate_limited", { details: { retryAfterSeconds } })
  }
}
