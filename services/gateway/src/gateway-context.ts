import type { Authorizer } from "@gatehouse/openfga"
import type { Logger } from "@gatehouse/telemetry"
import type { AccessTokenVerifier, InternalTokenIssuer } from "@gatehouse/tokens"
import type { AccessFacts } from "./access-log.ts"
import type { Upstreams } from "./forward/create-upstreams.ts"
import type { ForwardPlaces } from "./limits/create-forward-places.ts"
import type { RateLimits } from "./limits/create-rate-limits.ts"
import type { OrganizationDirectory } from "./organizations/create-organization-directory.ts"
import type { RouteMatcher } from "./routes/create-route-matcher.ts"

/** What every request's steps work with. */
export interface GatewayContext {
  readonly publicUrl: string
  readonly allowedOrigins: readonly string[]
  readonly unnamedHosts: ReadonlySet<string>
  readonly directory: OrganizationDirectory
  readonly tokens: AccessTokenVerifier
  readonly authorizer: Authorizer
  readonly internalTokens: InternalTokenIssuer
  readonly rateLimits: RateLimits
  readonly forwardPlaces: ForwardPlaces
  readonly clientStallMilliseconds: number
  readonly matchRoute: RouteMatcher
  readonly upstreams: Upstreams
  readonly openApi: () => Promise<unknown>
  readonly isReady: () => boolean
  readonly logAccess: (facts: AccessFacts) => void
  readonly logger: Logger
}
