export type { AuditRecordInput } from "./audit-record.ts"
export type { EmbeddedCluster, EmbeddedClusterOptions } from "./cluster/start-cluster.ts"
export { startEmbeddedCluster } from "./cluster/start-embedded-cluster.ts"
export type { Grant, GrantFacts, GrantObject } from "./grants/grant.ts"
export type { OrganizationDatabases, ResourceTable } from "./organization/organization-databases-interface.ts"
export type {
  DeleteHandle,
  ScopedSelect,
  ScopedTableExpression,
  ScopedTransaction,
  SelectHandle,
  WriteHandle,
} from "./organization/scoped-transaction.ts"
export { quoteIdentifier, quoteLiteral } from "./sql/identifier.ts"
