export { createGatewayService } from "./create-gateway-service.ts"
export {
  defaultAllowedOrigins,
  defaultLimits,
  type GatewayLimits,
  type GatewayServiceOptions,
  internalKeySetPath,
  type RateLimit,
  type UpstreamName,
} from "./options.ts"
