import type { OrganizationId, Permission, ProjectUuid, VerbOf } from "@gatehouse/contracts"
import type { AuditRecordInput } from "../audit/audit-record.ts"
import type { Grant } from "../grants/grant.ts"
import type { ScopedTransaction } from "./scoped-transaction.ts"

/** A table that holds resources of one type: key `id` (uuid), parent `project_id`. */
export interface ResourceTable {
  readonly type: string
  readonly table: string
}

/** One service's way into the databases of all organizations, each through that organization's own login. */
export interface OrganizationDatabases<DB> {
  /**
   * Runs `work` in a transaction of the grant's organization, with the verbs of its permission, and commits it.
   * INVARIANT 3: without a grant that was minted here, in this request and at most 30 s ago, there is no transaction.
   * INVARIANT 4: a transaction that changed something without `tx.audit` is rolled back as `postgres.audit_missing`.
   * INVARIANT 9: resolves after the commit. Throws `postgres.grant_refused`, `postgres.grant_expired`, what `work` throws
   * (rolled back), and `postgres.*` of the driver.
   */
  withGrant<P extends Permission, Result>(
    grant: Grant<P>,
    work: (tx: ScopedTransaction<DB, VerbOf<P>>) => Promise<Result>,
  ): Promise<Result>
  /**
   * Appends an audit record about the grant itself, in a transaction that does nothing else: also a grant that only reads can
   * leave one. The SDK records so each use of the platform's own rights.
   */
  recordUse(grant: Grant<Permission>, record: AuditRecordInput): Promise<void>
  /**
   * The project that a resource belongs to, read before any grant exists, so that the check can be asked on the resource.
   * Undefined for a row that is not there and for an id that can't be one. Shows nothing else of the row.
   */
  resourceProject(
    organization: OrganizationId,
    resource: ResourceTable,
    id: string,
  ): Promise<ProjectUuid | undefined>
  /** Ends every connection, after the transactions under way. */
  close(): Promise<void>
}
