export { findFreePort } from "../cluster/free-port.ts"
export { createTestDatabase, type TestDatabase, testAdminUrl, uniqueName } from "./create-test-database.ts"
