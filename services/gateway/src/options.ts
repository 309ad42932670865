import { developmentPortalUrl } from "@gatehouse/contracts"
import type { Clock } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import type { Logger } from "@gatehouse/telemetry"
import type { InternalTokenIssuer } from "@gatehouse/tokens"

/** The services that the gateway forwards to; the name is the audience of the internal token. */
export type UpstreamName = "governance" | "sbom"

/** Where the gateway listens, whom it stands before, and its bounds. */
export interface GatewayServiceOptions {
  /** 0 takes a free port. */
  readonly port: number
  /** The platform's own address, without a trailing slash: `http://localhost:8080`. Its host names no organization. */
  readonly publicUrl: string
  /**
   * Where each service answers, without a trailing slash. Governance also tells which realms and host names there are, and
   * what was revoked; the gateway serves once it has replayed that.
   */
  readonly upstreams: Readonly<Record<UpstreamName, string>>
  /** Decides permissions; its owner closes it. */
  readonly authorizer: Authorizer
  /** Signs what the gateway vouches for; its public half is served at `internalKeySetPath`. */
  readonly internalTokens: InternalTokenIssuer
  /** The audience that every access token must hold. Default `gatehouse-api`. */
  readonly audience?: string
  /** Origins whose pages may call the API besides an organization's own. Default: the portal of a developer. */
  readonly allowedOrigins?: readonly string[]
  readonly limits?: Partial<GatewayLimits>
  readonly logger: Logger
  readonly clock?: Clock
}

/** What one client may ask of the gateway. */
export interface GatewayLimits {
  /** Requests of one client address, counted before anything else is looked at. */
  readonly requestsPerAddress: RateLimit
  /** Requests of one authenticated principal. */
  readonly requestsPerPrincipal: RateLimit
  /** Requests of one principal that are forwarded and not yet answered whole. */
  readonly forwardsPerPrincipal: number
  /** The same of all principals of one home organization together. */
  readonly forwardsPerOrganization: number
  /** How long an upstream may take to begin its answer, and may then pause. */
  readonly upstreamTimeoutMilliseconds: number
  /** How long a client may leave what was sent to it unread. */
  readonly clientStallMilliseconds: number
}

/** So many requests in so many seconds. */
export interface RateLimit {
  readonly requests: number
  readonly perSeconds: number
}

/** Where services find the keys of internal tokens. */
export const internalKeySetPath = "/.well-known/gatehouse/internal-jwks.json"

/** Origins beside an organization's own that may call the API. */
export const defaultAllowedOrigins: readonly string[] = [developmentPortalUrl]

/**
 * Generous: on a laptop every client has one address, and a test suite is one principal. They bound what one client can take
 * from the others; a deployment sets its own.
 */
export const defaultLimits: GatewayLimits = {
  requestsPerAddress: { requests: 60_000, perSeconds: 10 },
  requestsPerPrincipal: { requests: 20_000, perSeconds: 10 },
  // A quarter and a half of the connections to one service (`connectionsPerUpstream`, 64): slow clients of one tenant leave
  // the other half to the others. A browser opens six connections to a host, so nobody at a portal comes near.
  forwardsPerPrincipal: 16,
  forwardsPerOrganization: 32,
  // The largest document takes seconds to import; a minute is what a client's own time-outs allow.
  upstreamTimeoutMilliseconds: 60_000,
  // What waits here is one chunk, 64 KiB at most: 30 s are enough at 3 kB/s, and a connection to a service is held meanwhile.
  clientStallMilliseconds: 30_000,
}
