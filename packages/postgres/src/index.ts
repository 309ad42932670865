export { type AuditActor, appendRecord } from "./audit/append-record.ts"
export { auditMigrations, auditSchema } from "./audit/audit-migrations.ts"
export type { AuditRecordInput } from "./audit/audit-record.ts"
export { canRunAs } from "./cluster/can-run-as.ts"
export { findLeftoverServer } from "./cluster/find-leftover-server.ts"
export type { LeftoverServer } from "./cluster/leftover.ts"
export { type ClusterAccount, clusterAccount } from "./cluster/os-user.ts"
export { removeEmbeddedCluster } from "./cluster/remove-embedded-cluster.ts"
export type { EmbeddedCluster, EmbeddedClusterOptions } from "./cluster/start-cluster.ts"
export { startEmbeddedCluster } from "./cluster/start-embedded-cluster.ts"
export type { Grant, GrantFacts, GrantObject } from "./grants/grant.ts"
export { migrate } from "./migrate/migrate.ts"
export {
  createOrganizationDatabases,
  type OrganizationDatabasesOptions,
} from "./organization/create-organization-databases.ts"
export type { OrganizationDatabases, ResourceTable } from "./organization/organization-databases-interface.ts"
export type {
  DeleteHandle,
  ScopedSelect,
  ScopedTableExpression,
  ScopedTransaction,
  SelectHandle,
  WriteHandle,
} from "./organization/scoped-transaction.ts"
export { createDatabase } from "./pool/create-database.ts"
export { type ConnectionParts, createPool, type PoolOptions } from "./pool/create-pool.ts"
export { isConflictOn } from "./pool/driver-errors.ts"
export { ensureServiceDatabase, type ServiceDatabaseOptions } from "./provision/ensure-service-database.ts"
export { deriveLoginPassword } from "./provision/login-password.ts"
export {
  type OrganizationDatabaseOptions,
  type OrganizationSchema,
  provisionOrganizationDatabase,
} from "./provision/provision-organization-database.ts"
