export { createInProcessAuthorizer, type InProcessAuthorizer } from "./in-process-authorizer.ts"
export { createTestGateway, type TestGateway } from "./internal-tokens.ts"
export { testPlatformAdministrator, testPrincipal } from "./principals.ts"
