export type { Grant, GrantFacts, GrantObject } from "./grants/grant.ts"
