import { type OrganizationId, type Principal, platformOrganizationId } from "@gatehouse/contracts"
import { type AccessTokenVerifier, type InternalTokenVerifier, toPrincipal } from "@gatehouse/tokens"

/** The part of a request that a credential can be bound to. */
export interface VerifiedTarget {
  readonly method: string
  /** Path and query byte for byte as received. */
  readonly pathAndQuery: string
  readonly host: string | undefined
}

/**
 * The one kind of credential that a service accepts. It is chosen by configuration, through `acceptInternalTokens` or
 * `acceptPublicTokens`; never by what a request brings.
 */
export interface RequestVerifier {
  readonly accepts: "internal" | "public"
  /** Who asks. Throws `tokens.*` (401) for a credential that is refused. */
  verify(token: string, target: VerifiedTarget): Promise<Principal>
}

/** For a service behind the gateway: accepts the gateway's internal tokens for this service and nothing else. */
export function acceptInternalTokens(tokens: InternalTokenVerifier): RequestVerifier {
  return {
    accepts: "internal",
    verify: (token, { method, pathAndQuery }) => tokens.verify(token, { method, pathAndQuery }),
  }
}

/** How a service at the edge itself verifies the tokens of clients. */
export interface PublicTokenOptions {
  readonly tokens: AccessTokenVerifier
  /**
   * The organization that a host name stands for, by exact lookup; undefined for a host that names none. Tokens of other
   * organizations are refused there, and principals of the platform realm act in it.
   */
  readonly organizationOfHost?: (host: string) => OrganizationId | undefined
}

/** For a service that stands at the edge itself: accepts access tokens of the platform's realms and nothing else. */
export function acceptPublicTokens({
  tokens,
  organizationOfHost = () => undefined,
}: PublicTokenOptions): RequestVerifier {
  return {
    accepts: "public",
    verify: async (token, { host }) => {
      const named = host === undefined ? undefined : organizationOfHost(host)
      const verified = await tokens.verify(token, { organization: named })
      const acting = verified.organization === platformOrganizationId ? named : undefined
      return toPrincipal(verified, acting ?? verified.organization)
    },
  }
}
