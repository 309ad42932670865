import type { DatabaseVerb } from "@gatehouse/contracts"
import type { QueryCreator, Transaction } from "kysely"
import { appendRecord } from "../audit/append-record.ts"
import type { AuditRecordInput } from "../audit/audit-record.ts"
import type { GrantFacts } from "../grants/grant.ts"
import type { ScopedTransaction } from "./scoped-transaction.ts"

/**
 * The handle of one transaction: an object without prototype that has the methods of its verb and no others, so that what the
 * types refuse is not there at run time either.
 */
export function scopedHandle<DB>(
  tx: Transaction<DB>,
  facts: GrantFacts,
  verb: DatabaseVerb,
): ScopedTransaction<DB, DatabaseVerb> {
  const writes = {
    insertInto: bound(tx, "insertInto"),
    updateTable: bound(tx, "updateTable"),
    audit: (record: AuditRecordInput) => appendRecord(tx, facts, record),
  }
  return freezeBare(
    selectMethods(tx, tx.fn),
    verb === "select" ? undefined : writes,
    verb === "delete" ? { deleteFrom: bound(tx, "deleteFrom") } : undefined,
  ) as ScopedTransaction<DB, DatabaseVerb>
}

/** Also what WITH hands on, whatever the verb: reading only. */
function selectMethods<Tables>(creator: QueryCreator<Tables>, fn: object): object {
  return {
    selectFrom: bound(creator, "selectFrom"),
    selectNoFrom: bound(creator, "selectNoFrom"),
    fn,
    with: (name: string, factory: (handle: object) => never) => {
      const extended = creator.with(name, (inner) => factory(freezeBare(selectMethods(inner, fn))))
      return freezeBare(selectMethods(extended, fn))
    },
  }
}

function freezeBare(...parts: readonly (object | undefined)[]): object {
  return Object.freeze(Object.assign(Object.create(null), ...parts))
}

function bound<Tables, Name extends keyof QueryCreator<Tables>>(
  creator: QueryCreator<Tables>,
  name: Name,
): unknown {
  return creator[name].bind(creator)
}
