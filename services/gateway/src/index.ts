export { createGatewayService } from "./create-gateway-service.ts"
export type {
  GatewayLimits,
  GatewayServiceOptions,
  RateLimit,
  UpstreamName,
} from "./options.ts"
