export type { Grant, GrantFacts, GrantObject } from "./grants/grant.ts"
export { endRequest, mintGrant, openRequest, type RequestLifetime } from "./grants/ledger.ts"
