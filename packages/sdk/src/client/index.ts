// Not through the index, which loads a whole web server: a command line starts with this.
export { createLoopbackDispatcher } from "@gatehouse/http/loopback-dispatcher"
export { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
export { type ApiClient, allItems, createApiClient, type PageQuery } from "./api-client.ts"
export { ApiProblem } from "./api-problem.ts"
export type { ApiTransportOptions } from "./api-transport.ts"
