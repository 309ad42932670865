export { createIdentityEngine, type IdentityEngineOptions } from "./create-identity-engine.ts"
