export {
  type AccessTokenVerifierOptions,
  createAccessTokenVerifier,
} from "./access-token/create-access-token-verifier.ts"
export type { IssuerEntry, IssuerRegistry, PinnedAlgorithm } from "./access-token/issuer-registry.ts"
export { readBearerToken } from "./access-token/read-bearer-token.ts"
export { toPrincipal } from "./access-token/to-principal.ts"
export { maximumTokenLifetimeSeconds } from "./access-token/token-times.ts"
export type { AccessTokenVerifier, VerifiedAccessToken } from "./access-token/verified-access-token.ts"
export { type ParsedToken, parseCompactToken } from "./form/parse-compact-token.ts"
export {
  createInternalTokenIssuer,
  type InternalTokenIssuerOptions,
} from "./internal-token/create-internal-token-issuer.ts"
export {
  createInternalTokenVerifier,
  type InternalTokenVerifierOptions,
} from "./internal-token/create-internal-token-verifier.ts"
export { generateInternalSigningKey } from "./internal-token/internal-signing-key.ts"
export type {
  InternalTokenIssuer,
  InternalTokenRequest,
  InternalTokenVerifier,
} from "./internal-token/internal-token.ts"
export {
  createIssuerTokenVerifier,
  type IssuerTokenVerifier,
  type IssuerTokenVerifierOptions,
} from "./issuer-token/create-issuer-token-verifier.ts"
export type { KeySetFetch, KeySetResponse } from "./keys/fetch-key-set.ts"
export {
  backChannelLogoutEvent,
  createLogoutTokenVerifier,
  type LogoutTokenVerifier,
  type LogoutTokenVerifierOptions,
  type VerifiedLogoutToken,
} from "./logout-token/create-logout-token-verifier.ts"
export {
  createRevocationFollower,
  type RevocationFollower,
  type RevocationFollowerOptions,
  type RevocationPage,
} from "./revocation/create-revocation-follower.ts"
export {
  createRevocationList,
  type RevocationList,
  type RevocationListOptions,
} from "./revocation/create-revocation-list.ts"
export type { RevocableToken, RevocationEvent, RevocationFeed } from "./revocation/revocation-feed.ts"
