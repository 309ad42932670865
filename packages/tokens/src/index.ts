export type { IssuerEntry, IssuerRegistry, PinnedAlgorithm } from "./access-token/issuer-registry.ts"
export type { AccessTokenVerifier, VerifiedAccessToken } from "./access-token/verified-access-token.ts"
export {
  type InternalTokenIssuer,
  type InternalTokenRequest,
  type InternalTokenVerifier,
  internalTokenLifetimeSeconds,
  internalTokenType,
} from "./internal-token/internal-token.ts"
export type { RevocableToken, RevocationEvent, RevocationFeed } from "./revocation/revocation-feed.ts"
