export { createGatewayService } from "./create-gateway-service.ts"
export {
  defaultAllowedOrigins,
  defaultAudience,
  defaultLimits,
  type GatewayLimits,
  type GatewayServiceOptions,
  internalKeySetPath,
  type RateLimit,
  type UpstreamName,
} from "./options.ts"
