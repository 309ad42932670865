export { createLoopbackDispatcher } from "@gatehouse/http"
export { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
