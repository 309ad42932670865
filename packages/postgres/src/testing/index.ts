export { createTestDatabase, type TestDatabase, testAdminUrl, uniqueName } from "./create-test-database.ts"
