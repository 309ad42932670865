import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"

/** The request never reached the service: it can be sent again. */
const unreachable: ReadonlySet<string> = new Set([
  "EADDRNOTAVAIL",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CLOSED",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_DESTROYED",
])
const tooSlow: ReadonlySet<string> = new Set(["UND_ERR_BODY_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT"])

/** What a failed forward is to the client. Nothing of the failure itself is shown. */
export function upstreamFailure(cause: unknown): GatehouseError {
  if (isGatehouseError(cause)) return cause
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? ""
  if (unreachable.has(code)) {
    return new GatehouseError("gateway.upstream_unavailable", { details: { retryAfterSeconds: 1 }, cause })
  }
  if (tooSlow.has(code)) return new GatehouseError("gateway.upstream_timeout", { cause })
  return new GatehouseError("gateway.upstream_failed", { cause })
}
