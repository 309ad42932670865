import { randomBytes } from "node:crypto"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { sql } from "kysely"
import { expect, test } from "vitest"
import { migrate } from "../migrate/migrate.ts"
import { createDatabase } from "../pool/create-database.ts"
import { connectionUrl, createPool } from "../pool/create-pool.ts"
import { testAdminUrl, uniqueName } from "../testing/create-test-database.ts"
import { administer } from "./administer.ts"
import { ensureServiceDatabase, serverUrlOf } from "./ensure-service-database.ts"
import { deriveLoginPassword } from "./login-password.ts"

const key = new Secret(randomBytes(32).toString("hex"))

async function ensureOwn(adminUrl = testAdminUrl()) {
  const database = uniqueName("service")
  const options = { database, login: database, password: deriveLoginPassword(key, database) }
  const { url } = await ensureServiceDatabase(adminUrl, options)
  return { ...options, url, again: () => ensureServiceDatabase(adminUrl, options) }
}

async function connects(url: Secret): Promise<unknown> {
  const pool = createPool({ url, max: 1, applicationName: "test" })
  try {
    const { rows } = await pool.query("select current_user as me")
    return rows[0].me
  } finally {
    await pool.end()
  }
}

test("a service gets a database of its own, whose one login may migrate and use it", async () => {
  const { url, login } = await ensureOwn()
  const db = createDatabase<{ note: { body: string } }>(createPool({ url, max: 2, applicationName: "test" }))
  await migrate(db, "public", {
    "0001-note": {
      up: (schema) => sql`create table note (body text primary key)`.execute(schema).then(() => {}),
    },
  })
  await db.insertInto("note").values({ body: "kept" }).execute()
  expect(await db.selectFrom("note").selectAll().execute()).toEqual([{ body: "kept" }])
  expect(await connects(url)).toBe(login)
  await db.destroy()
})

test("a second run changes nothing, and two runs at once both succeed", async () => {
  const { url, again } = await ensureOwn()
  await Promise.all([again(), again()])
  await connects(url)
})

test("no service's login connects to another's database, nor to the maintenance database's neighbours", async () => {
  const [one, other] = [await ensureOwn(), await ensureOwn()]
  const intruder = connectionUrl({
    serverUrl: serverUrlOf(one.url),
    database: other.database,
    login: one.login,
    password: one.password,
  })
  await expect(connects(intruder)).rejects.toMatchObject({ code: "postgres.refused_by_policy" })
})

test("a wrong password is refused by name, and the password is in no message", async () => {
  const { url, database, login } = await ensureOwn()
  const wrong = connectionUrl({
    serverUrl: serverUrlOf(url),
    database,
    login,
    password: new Secret("wrong-password"),
  })
  const error = await connects(wrong).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: "postgres.login_refused" })
  expect(JSON.stringify(error)).not.toContain("wrong-password")
})

test("a login's statements and idle transactions are bounded, and it can step over no policy", async () => {
  const { url } = await ensureOwn()
  const pool = createPool({ url, max: 1, applicationName: "test" })
  const { rows } = await pool.query(`select current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle, current_setting('transaction_timeout') as transaction,
    rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user`)
  await pool.end()
  expect(rows[0]).toEqual({
    statement: "20s",
    idle: "20s",
    transaction: "1min",
    rolsuper: false,
    rolbypassrls: false,
    rolcreaterole: false,
    rolcreatedb: false,
  })
})

test("a role that was given powers by hand loses them at the next run", async () => {
  const { login, url, again } = await ensureOwn()
  await administer(testAdminUrl(), undefined, (administrator) =>
    administrator.query(`alter role "${login}" superuser bypassrls createdb`),
  )
  await again()
  const pool = createPool({ url, max: 1, applicationName: "test" })
  const { rows } = await pool.query(
    "select rolsuper or rolbypassrls or rolcreatedb as powerful from pg_roles where rolname = current_user",
  )
  await pool.end()
  expect(rows).toEqual([{ powerful: false }])
})

test("an administrator that is no superuser, as at a managed server, can provision", async () => {
  const name = uniqueName("administrator")
  await administer(testAdminUrl(), undefined, (administrator) =>
    administrator.query(`create role "${name}" login createrole createdb password 'of-a-test'`),
  )
  const adminUrl = new URL(revealSecret(testAdminUrl()))
  adminUrl.username = name
  adminUrl.password = "of-a-test"
  await administer(testAdminUrl(), undefined, (administrator) =>
    administrator.query(`grant connect on database postgres to "${name}"`),
  )
  const { url, login, again } = await ensureOwn(new Secret(adminUrl.href))
  await again()
  expect(await connects(url)).toBe(login)
})
