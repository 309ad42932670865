export { type AuthorizationEngineOptions, createAuthorizationEngine } from "./create-authorization-engine.ts"
