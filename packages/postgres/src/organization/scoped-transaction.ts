import type { DatabaseVerb } from "@gatehouse/contracts"
import type { Expression, Kysely, QueryCreator, SelectQueryBuilder } from "kysely"
import type { AuditRecordInput } from "../audit/audit-record.ts"
import type { Writing } from "../grants/grant.ts"

/** What a query inside a WITH clause may be: a read, since what it does is not seen in the handle's own type. */
export type ScopedTableExpression<DB> = (creator: SelectHandle<DB>) => Expression<unknown>

type RowOf<Factory> = Factory extends (creator: never) => Expression<infer Row> ? Row : never

/** Reading: the part of Kysely that selects. */
export interface SelectHandle<DB> extends Pick<QueryCreator<DB>, "selectFrom" | "selectNoFrom"> {
  readonly fn: Kysely<DB>["fn"]
  /** A common table expression. It reads; the query that follows does too. */
  with<Name extends string, Factory extends ScopedTableExpression<DB>>(
    name: Name,
    factory: Factory,
  ): SelectHandle<DB & { [Key in Name]: RowOf<Factory> }>
}

/** Changing rows: what every permission but the reading ones adds. */
export interface WriteHandle<DB> extends Pick<QueryCreator<DB>, "insertInto" | "updateTable"> {
  /**
   * Appends the record of this change to the organization's audit log, in this transaction (INVARIANT 4), and returns its
   * id. Throws `postgres.audit_record_refused`.
   */
  audit(record: AuditRecordInput): Promise<string>
}

/** Removing the granted object, and what hangs on it by foreign keys: what `can_delete` adds. */
export interface DeleteHandle<DB> extends Pick<QueryCreator<DB>, "deleteFrom"> {}

/**
 * A transaction in one organization's database, as wide as its grant: the types and the object itself have no method for
 * a verb that the grant does not hold, and the database refuses it besides. Dead when `withGrant` returns.
 */
export type ScopedTransaction<DB, Verb extends DatabaseVerb = "select"> = SelectHandle<DB> &
  ([Verb] extends [Writing] ? WriteHandle<DB> : unknown) &
  ([Verb] extends ["delete"] ? DeleteHandle<DB> : unknown)

/** Any builder that a handle makes, for signatures of functions that compose queries. */
export type ScopedSelect<DB, Table extends keyof DB, Output> = SelectQueryBuilder<DB, Table, Output>
