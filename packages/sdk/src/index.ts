export { type Page, pageQuerySchema, pageSchema } from "@gatehouse/contracts"
export { GatehouseError, type RunningPart } from "@gatehouse/kernel"
export type { Grant, OrganizationDatabases, OrganizationSchema, ScopedTransaction } from "@gatehouse/postgres"
export { type Generated, sql } from "kysely"
export type { Migration } from "kysely/migration"
export { z } from "zod"
export type { Auth } from "./auth.ts"
export type { ResourceRegistration } from "./auth-facts.ts"
export { createGatehouse, type Gatehouse, type GatehouseOptions } from "./create-gatehouse.ts"
export type { OpenApiInfo } from "./fastify/openapi.ts"
export {
  type AuthorizationRequest,
  authenticated,
  type OpenRouteContext,
  type OpenRouteDefinition,
  type RouteContext,
  type RouteDefinition,
  type RouteForm,
  type RouteReply,
} from "./fastify/route.ts"
export {
  createServiceApp,
  defaultBodyLimitBytes,
  type ServiceApp,
  type ServiceAppOptions,
  type TextMembers,
} from "./fastify/service-app.ts"
export { invalidRequest, parseRequestPart, type Violation } from "./fastify/validation.ts"
export type { IncomingRequest } from "./incoming-request.ts"
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
export { type CursorForm, createCursorForm, cursorTime } from "./paging.ts"
export {
  acceptInternalTokens,
  acceptPublicTokens,
  type PublicTokenOptions,
  type RequestVerifier,
  type VerifiedTarget,
} from "./request-verifier.ts"
