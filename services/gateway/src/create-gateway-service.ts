import { setTimeout as pause } from "node:timers/promises"
import { apiAudience } from "@gatehouse/contracts"
import { listenOnLoopback } from "@gatehouse/http"
import { type PartHealth, type RunningPart, systemClock } from "@gatehouse/kernel"
import { createAccessTokenVerifier, createRevocationFollower } from "@gatehouse/tokens"
import { createAccessLog } from "./access-log.ts"
import { createRevocationReader } from "./forward/create-revocation-reader.ts"
import { createUpstreams } from "./forward/create-upstreams.ts"
import type { GatewayContext } from "./gateway-context.ts"
import { handleRequest } from "./handle-request.ts"
import { createForwardPlaces } from "./limits/create-forward-places.ts"
import { createRateLimits } from "./limits/create-rate-limits.ts"
import { createOpenApiSource } from "./openapi/create-openapi-source.ts"
import { defaultAllowedOrigins, defaultLimits, type GatewayServiceOptions } from "./options.ts"
import { createOrganizationDirectory } from "./organizations/create-organization-directory.ts"
import { unnamedHostsOf } from "./organizations/resolve-host.ts"
import { createRouteMatcher } from "./routes/create-route-matcher.ts"
import { routeTable } from "./routes/route-table.ts"

/** A governance service that runs answers within this; without it the gateway starts and refuses until it does. */
const firstReplayMilliseconds = 2_000

/**
 * Starts the data plane on both loopback addresses, once it has replayed the revocations or waited long enough for them: until
 * it has, it answers 503. Throws `server.port_taken` and `tokens.not_configured`.
 */
export async function createGatewayService(options: GatewayServiceOptions): Promise<RunningPart> {
  const { publicUrl, authorizer, internalTokens, logger, clock = systemClock } = options
  const limits = { ...defaultLimits, ...options.limits }
  const upstreams = createUpstreams({
    urls: options.upstreams,
    internalTokens,
    timeoutMilliseconds: limits.upstreamTimeoutMilliseconds,
  })
  const revocations = createRevocationFollower({
    clock,
    fetchEvents: createRevocationReader(upstreams, logger),
  })
  const directory = createOrganizationDirectory({
    clock,
    fetchDirectory: () => upstreams.getJson("governance", "/internal/organizations"),
  })
  const tokens = createAccessTokenVerifier({
    audience: options.audience ?? apiAudience,
    issuers: directory,
    clock,
    revocations,
  })
  const context: GatewayContext = {
    publicUrl,
    allowedOrigins: options.allowedOrigins ?? defaultAllowedOrigins,
    unnamedHosts: unnamedHostsOf(publicUrl),
    directory,
    tokens,
    authorizer,
    internalTokens,
    rateLimits: createRateLimits(limits),
    forwardPlaces: createForwardPlaces(limits),
    clientStallMilliseconds: limits.clientStallMilliseconds,
    matchRoute: createRouteMatcher(routeTable),
    upstreams,
    openApi: createOpenApiSource(upstreams, routeTable, clock),
    isReady: () => tokens.ready(),
    logAccess: createAccessLog(logger),
    logger,
  }
  const listener = await listenOnLoopback(
    (request, response) => handleRequest(context, request, response),
    options.port,
  )
  await Promise.race([revocations.replayed, pause(firstReplayMilliseconds, undefined, { ref: false })])
  return {
    url: `http://127.0.0.1:${listener.port}`,
    health: async () => healthOf(tokens.ready(), await authorizer.health()),
    close: async () => {
      await listener.close()
      await revocations.close()
      await tokens.close()
      await upstreams.close()
    },
  }
}

function healthOf(isReady: boolean, authorization: PartHealth): PartHealth {
  if (!isReady)
    return { status: "failed", detail: "revocations cannot be followed, so every token is refused" }
  return authorization.status === "failed"
    ? { status: "degraded", detail: "permissions cannot be decided" }
    : authorization
}
