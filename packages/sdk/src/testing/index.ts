export { createInProcessAuthorizer, type InProcessAuthorizer } from "./in-process-authorizer.ts"
export { testPlatformAdministrator, testPrincipal } from "./principals.ts"
