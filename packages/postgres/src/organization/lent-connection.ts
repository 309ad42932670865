import { GatehouseError } from "@gatehouse/kernel"
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely"
import type pg from "pg"

/**
 * What one transaction could leave behind on a connection: session settings, a changed role, temporary tables that would stand in
 * front of real ones, cursors, prepared statements, locks, subscriptions. As DISCARD ALL, but cached plans stay: they hold no
 * data, and planning triggers and keys anew would cost more than the transaction.
 */
const forget = [
  "close all",
  "reset session authorization",
  "reset role",
  "reset all",
  "deallocate all",
  "unlisten *",
  "select pg_advisory_unlock_all()",
  "discard temporary",
  "discard sequences",
].join(";")

/** Whether a connection that was given back has been made as new; looked at before it is lent again. */
const renewals = new WeakMap<pg.PoolClient, Promise<boolean>>()

/** A pool for scoped transactions: connections are lent under the rules of `lend`. */
export function lendingPool(pool: pg.Pool): PostgresPool {
  return {
    options: {},
    connect: async () => {
      for (;;) {
        const client = await pool.connect()
        if ((await renewals.get(client)) !== false) return lend(client)
        client.release(true)
      }
    },
    end: () => pool.end(),
  }
}

/**
 * A connection for one transaction. Statements go by the extended protocol alone, which takes one statement at a time: SQL that is
 * injected into one cannot add a second. After COMMIT, ROLLBACK or release nothing goes through any more, so a query that was
 * not waited for never runs in the next borrower's transaction; and what is returned is made as new.
 */
function lend(client: pg.PoolClient): PostgresPoolClient {
  let isOver = false
  return {
    query: (async (text: string, values: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
      if (isOver && text !== "rollback") throw new GatehouseError("postgres.grant_expired")
      if (text === "commit" || text === "rollback") isOver = true
      const statement = { text, values: [...(values ?? [])], queryMode: "extended" }
      return client.query(statement) as Promise<PostgresQueryResult<unknown>>
    }) as PostgresPoolClient["query"],
    release: (destroy?: boolean) => {
      isOver = true
      if (destroy !== true) renewals.set(client, renew(client))
      client.release(destroy === true)
    },
  }
}

/** Queued on the connection before it goes back, so nobody waits for it but the next borrower, if that one comes at once. */
function renew(client: pg.PoolClient): Promise<boolean> {
  return client.query(forget).then(
    () => true,
    () => false,
  )
}
