export type { Auth } from "./auth.ts"
export type {
  Gatehouse,
  GatehouseOptions,
  IncomingRequest,
  ResourceRegistration,
} from "./create-gatehouse.ts"
export type { Directory } from "./directory.ts"
export type {
  AuthorizationRequest,
  RouteContext,
  RouteDefinition,
  ServiceApp,
} from "./fastify/service-app.ts"
export {
  type ObjectReference,
  type OrganizationReference,
  organization,
  type PermissionOn,
  type ProjectReference,
  project,
  type ResourceReference,
  resource,
} from "./objects.ts"
export {
  acceptInternalTokens,
  acceptPublicTokens,
  type PublicTokenOptions,
  type RequestVerifier,
  type VerifiedTarget,
} from "./request-verifier.ts"
