import { Kysely, PostgresDialect } from "kysely"
import type pg from "pg"

/** Typed queries over a pool. Its `destroy` ends the pool. */
export function createDatabase<DB>(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
}
