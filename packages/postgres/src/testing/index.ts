export { findFreePort, loopbackAddresses } from "../cluster/free-port.ts"
export { startCluster } from "../cluster/start-cluster.ts"
export { createTestDatabase, type TestDatabase, testAdminUrl, uniqueName } from "./create-test-database.ts"
