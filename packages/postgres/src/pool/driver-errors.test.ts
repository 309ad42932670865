import { inspect } from "node:util"
import { revealSecret, Secret } from "@gatehouse/kernel"
import type pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findFreePort } from "../cluster/free-port.ts"
import { createTestDatabase, type TestDatabase } from "../testing/create-test-database.ts"
import { createPool } from "./create-pool.ts"
import { isConflictOn } from "./driver-errors.ts"

let database: TestDatabase
let pool: pg.Pool
const value = "a-value-of-a-row"
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ url: database.url, max: 4, applicationName: "test" })
  await pool.query(`create table parent (id int primary key, name text unique, age int not null check (age > 0));
    create table child (parent int references parent);
    create table room (during int4range, exclude using gist (during with &&));
    insert into parent values (1, '${value}', 1); insert into room values ('[1,5)')`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

async function failure(
  run: () => Promise<unknown>,
): Promise<Error & { code: string; details: Record<string, unknown> }> {
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error as Error & { code: string; details: Record<string, unknown> }
}

test.each([
  ["postgres.conflict", `insert into parent values (2, '${value}', 1)`],
  ["postgres.conflict", "insert into room values ('[2,3)')"],
  ["postgres.reference_conflict", "insert into child values (4711)"],
  ["postgres.constraint_violated", `insert into parent values (3, '${value}-3', null)`],
  ["postgres.constraint_violated", "insert into parent values (3, 'x', -1)"],
  ["postgres.query_failed", `select '${value}'::uuid`],
  ["postgres.query_failed", `select * from parent where name = '${value}' and and`],
  ["postgres.query_failed", `select "${value}" from nowhere`],
  ["postgres.query_failed", `select ('{"a":"${value}"'::jsonb)`],
  ["postgres.statement_timeout", "set statement_timeout = 20; select pg_sleep(1)"],
  ["postgres.refused_by_policy", "begin read only; insert into child values (1)"],
])("%s", async (code, statement) => {
  const client = await pool.connect()
  const error = await failure(() => client.query(statement))
  client.release(true)
  expect(error).toMatchObject({ name: "GatehouseError", code })
  expect(error.cause).toBeUndefined()
  const shown = JSON.stringify([error.message, error.stack, error.details, error])
  if (!statement.includes("nowhere")) expect(shown).not.toContain(value)
  expect(shown).not.toContain("4711")
})

test("a conflict says which constraint, so that an expected one can be told from a defect", async () => {
  const error = await failure(() => pool.query(`insert into parent values (2, '${value}', 1)`))
  expect(isConflictOn(error, "parent_name_key")).toBe(true)
  expect(isConflictOn(error, "parent_pkey")).toBe(false)
  expect(isConflictOn(new Error("else"), "parent_name_key")).toBe(false)
})

test("of two transactions that lock each other out, one is told to try again", async () => {
  await pool.query("insert into parent values (10, 'ten', 1), (11, 'eleven', 1)")
  const [one, two] = await Promise.all([pool.connect(), pool.connect()])
  for (const client of [one, two]) await client.query("begin")
  await one.query("update parent set age = 2 where id = 10")
  await two.query("update parent set age = 2 where id = 11")
  const outcomes = await Promise.allSettled([
    one.query("update parent set age = 3 where id = 11"),
    two.query("update parent set age = 3 where id = 10").finally(() => two.query("rollback")),
  ])
  await one.query("rollback")
  one.release()
  two.release()
  const failed = outcomes.filter((outcome) => outcome.status === "rejected")
  expect(failed.map(({ reason }) => reason.code)).toEqual(["postgres.serialization_failure"])
})

test("two serializable transactions that can't both hold: one is told to try again", async () => {
  const [one, two] = await Promise.all([pool.connect(), pool.connect()])
  for (const client of [one, two]) {
    await client.query("begin isolation level serializable")
    await client.query("select sum(age) from parent")
  }
  await one.query("insert into parent values (20, 'twenty', 1)")
  await two.query("insert into parent values (21, 'twenty-one', 1)")
  await one.query("commit")
  expect(await failure(() => two.query("commit"))).toMatchObject({ code: "postgres.serialization_failure" })
  one.release()
  two.release()
})

describe("a server that is not there", () => {
  test("is unavailable, by pool and by connection, with no address or password in the error", async () => {
    const port = await findFreePort()
    const url = new Secret(`postgres://someone:not-to-be-shown@127.0.0.1:${port}/x`)
    const absent = createPool({ url, max: 1, applicationName: "test" })
    for (const run of [() => absent.query("select 1"), () => absent.connect()]) {
      const error = await failure(run)
      expect(error).toMatchObject({ code: "postgres.unavailable" })
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain("not-to-be-shown")
    }
    await absent.end()
  })

  test("a connection that is cut while it is lent out fails its next statement, and ends no process", async () => {
    const own = createPool({ url: database.url, max: 1, applicationName: "test" })
    const client = await own.connect()
    const { rows } = await client.query("select pg_backend_pid() as id")
    await pool.query("select pg_terminate_backend($1)", [rows[0].id])
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await failure(() => client.query("select 1"))).toMatchObject({ code: "postgres.unavailable" })
    client.release(true)
    expect((await own.query("select 1 as one")).rows).toEqual([{ one: 1 }])
    await own.end()
  })

  test("a pool without a free connection says so, and one that has ended is unavailable", async () => {
    const small = createPool({ url: database.url, max: 1, applicationName: "test" })
    const held = await small.connect()
    small.options.connectionTimeoutMillis = 30
    expect(await failure(() => small.connect())).toMatchObject({ code: "postgres.too_many_connections" })
    held.release()
    await small.end()
    expect(await failure(() => small.connect())).toMatchObject({ code: "postgres.unavailable" })
  })
})

test("neither a pool nor a connection shows its password where it is printed", async () => {
  const password = new URL(revealSecret(database.url)).password
  const client = await pool.connect()
  for (const printed of [
    inspect(pool, { depth: 6 }),
    JSON.stringify(pool.options),
    inspect(client, { depth: 3 }),
  ]) {
    expect(printed).not.toContain(password)
  }
  client.release()
})
