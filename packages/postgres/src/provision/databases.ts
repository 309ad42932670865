import { isGatehouseError } from "@gatehouse/kernel"
import { quoteIdentifier } from "../sql/identifier.ts"
import type { Administrator } from "./administer.ts"

/**
 * Makes a database that `owner` owns, unless it is there, and lets only `logins` connect to it. It takes no connection before
 * PUBLIC has lost the right to: no other organization's login gets in between.
 */
export async function ensureDatabase(
  administrator: Administrator,
  name: string,
  owner: string,
  logins: readonly string[],
): Promise<void> {
  const database = quoteIdentifier(name)
  const found = await administrator.query("select from pg_database where datname = $1", [name])
  if (found.rowCount === 0) await createClosed(administrator, name, owner)
  await administrator.query(
    [
      `revoke all on database ${database} from public`,
      ...logins.map((login) => `grant connect on database ${database} to ${quoteIdentifier(login)}`),
      `alter database ${database} with allow_connections true`,
    ].join(";"),
  )
}

/** Text compares by bytes there, whatever the server's own default is. */
async function createClosed(administrator: Administrator, name: string, owner: string): Promise<void> {
  const { rows } = await administrator.query<{ builtin: boolean }>(
    "select current_setting('server_version_num')::int >= 170000 as builtin",
  )
  const locale = rows[0]?.builtin
    ? "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
    : "lc_collate 'C' lc_ctype 'C'"
  try {
    await administrator.query(
      `create database ${quoteIdentifier(name)} with owner ${quoteIdentifier(owner)} template template0
        encoding 'UTF8' ${locale} allow_connections false`,
    )
  } catch (error) {
    if (!(isGatehouseError(error) && error.details.sqlState === "42P04")) throw error
  }
}
