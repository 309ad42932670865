import type { Secret } from "@gatehouse/kernel"
import { quoteIdentifier, quoteLiteral } from "../sql/identifier.ts"
import type { Administrator } from "./administer.ts"
import { scramVerifier } from "./login-password.ts"

/**
 * Bounds on what one login can hold up. They are settings of the login, so they hold behind a connection pooler too, and a
 * session that changed them gets them back when its connection is lent again. `transaction_timeout` came with PostgreSQL 17.
 */
const loginBounds = {
  statement_timeout: "20s",
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "20s",
} as const
const transactionBound = { transaction_timeout: "60s" } as const

/** Attributes that let a role step over policies or make other roles. None of ours has one. */
const powers = {
  rolsuper: "nosuperuser",
  rolbypassrls: "nobypassrls",
  rolcreaterole: "nocreaterole",
  rolcreatedb: "nocreatedb",
  rolreplication: "noreplication",
} as const

/** Makes or corrects a role that owns things and never logs in. */
export async function ensureOwner(administrator: Administrator, name: string): Promise<void> {
  await ensureRole(administrator, name, "nologin")
  await joinRole(administrator, name)
}

/** An administrator that is no superuser has to be a member of a role to give it something or to act as it. */
export async function joinRole(administrator: Administrator, name: string): Promise<void> {
  const { rows } = await administrator.query<{ superuser: boolean }>(
    "select rolsuper as superuser from pg_roles where rolname = current_user",
  )
  if (rows[0]?.superuser !== true) await administrator.query(`grant ${quoteIdentifier(name)} to current_user`)
}

/** Makes or corrects a login with this password and the bounds above; it can't step over policies. */
export async function ensureLogin(
  administrator: Administrator,
  name: string,
  password: Secret,
): Promise<void> {
  await ensureRole(administrator, name, "login")
  const role = quoteIdentifier(name)
  const bounds = { ...loginBounds, ...((await hasTransactionTimeout(administrator)) ? transactionBound : {}) }
  const statements = Object.entries(bounds).map(
    ([setting, value]) => `alter role ${role} set ${setting} = ${quoteLiteral(value)}`,
  )
  const verifier = quoteLiteral(await scramVerifier(password))
  await administrator.query([`alter role ${role} login password ${verifier}`, ...statements].join(";"))
}

async function ensureRole(
  administrator: Administrator,
  name: string,
  kind: "login" | "nologin",
): Promise<void> {
  const role = quoteIdentifier(name)
  const found = await administrator.query<Record<string, boolean>>(
    `select ${Object.keys(powers).join(", ")} from pg_roles where rolname = $1`,
    [name],
  )
  const [row] = found.rows
  if (row === undefined) {
    await administrator.query(`create role ${role} ${kind} noinherit ${Object.values(powers).join(" ")}`)
    return
  }
  const taken = Object.entries(powers).flatMap(([power, without]) => (row[power] === true ? [without] : []))
  if (taken.length > 0) await administrator.query(`alter role ${role} ${taken.join(" ")}`)
}

async function hasTransactionTimeout(administrator: Administrator): Promise<boolean> {
  const { rows } = await administrator.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  )
  return (rows[0]?.version ?? 0) >= 170_000
}
