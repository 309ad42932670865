import { randomUUID } from "node:crypto"
import type { OrganizationId } from "@gatehouse/contracts"
import { revealSecret } from "@gatehouse/kernel"
import { sql } from "kysely"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { connectionUrl } from "../pool/create-pool.ts"
import type { RewrappingClient } from "../pool/rewrapping-client.ts"
import { deriveLoginPassword } from "../provision/login-password.ts"
import { organizationDatabase, organizationLogin } from "../provision/organization-names.ts"
import {
  createOrganizationFixture,
  fixtureService,
  newProject,
  type OrganizationFixture,
  testGrant,
} from "../testing/organization-fixture.ts"

let fixture: OrganizationFixture
let acme: OrganizationId
let globex: OrganizationId
const project = newProject()
const scanId = randomUUID()
let login: RewrappingClient

/** One scan in each organization, in projects of the same id: only the database tells them apart. */
beforeAll(async () => {
  fixture = await createOrganizationFixture(["acme", "globex"])
  acme = fixture.organizations[0] as OrganizationId
  globex = fixture.organizations[1] as OrganizationId
  for (const organization of fixture.organizations) {
    await fixture.databases.withGrant(testGrant("can_write", { organization, project }), async (tx) => {
      const values = { id: scanId, org_id: organization, project_id: project, target: organization }
      await tx.insertInto("scan").values(values).execute()
      await tx.audit({ action: "scan.create", resource: { type: "scan", id: scanId } })
    })
  }
  login = await fixture.connect(acme)
})
afterAll(async () => {
  await login.end()
  await fixture.close()
})

/** What injected SQL would do: set the variables that the policies read, for the session. */
async function pretend(settings: Readonly<Record<string, string>>): Promise<void> {
  await login.query("reset all")
  for (const [name, value] of Object.entries(settings)) {
    await login.query("select set_config($1, $2, false)", [`gatehouse.${name}`, value])
  }
}
const whole = () => ({ org_id: acme, project_id: project, verbs: "delete", object_id: scanId })

describe("between organizations the login is the boundary", () => {
  test("an organization's login connects to no other organization's database, nor to the server's own", async () => {
    for (const database of [organizationDatabase(globex), "postgres", "template1"]) {
      await expect(fixture.connect(acme, database)).rejects.toMatchObject({
        code: "postgres.refused_by_policy",
      })
    }
  })

  test("no set_config brings a row of another organization", async () => {
    await pretend({ ...whole(), org_id: globex })
    expect((await login.query("select * from scan")).rows).toEqual([])
    await pretend(whole())
    expect((await login.query("select target from scan")).rows).toEqual([{ target: acme }])
  })

  test("SQL injected into a query of a handle reaches nothing of another organization, and adds no statement", async () => {
    const inject = (text: string) =>
      fixture.databases.withGrant(testGrant("can_read", { organization: acme, project }), (tx) =>
        tx
          .selectFrom("scan")
          .select(["target", sql.raw(text).as("injected")])
          .execute(),
      )
    const seen = await inject(
      `set_config('gatehouse.org_id', '${globex}', true) || (select count(*) from scan)`,
    )
    expect(seen.map(({ target }) => target)).toEqual([acme])
    for (const attempt of [
      "1 from scan; delete from scan; --",
      "1; commit; --",
      `(select 1 from dblink('dbname=${organizationDatabase(globex)}', 'select 1'))`,
      "(select count(*) from pg_authid)",
      "(select count(*) from audit.record)",
      "pg_read_file('/etc/passwd')",
      "pg_ls_dir('.')",
      "lo_import('/etc/passwd')",
    ]) {
      await expect(inject(attempt), attempt).rejects.toMatchObject({
        code: expect.stringMatching(/^postgres\.(query_failed|refused_by_policy)$/),
      })
    }
  })

  test("a login takes no other role, makes nothing, and changes neither policies nor rights", async () => {
    const owner = `"gatehouse_${acme}_owner"`
    for (const statement of [
      `set role ${owner}`,
      `set session authorization ${owner}`,
      "set role gatehouse",
      "alter table scan disable row level security",
      "alter table scan disable trigger all",
      "drop policy gatehouse_select on scan",
      "create policy mine on scan using (true)",
      "create table mine (x int)",
      "create temporary table scan (x int)",
      "create schema mine",
      "create function f() returns int language sql as 'select 1'",
      "create extension dblink",
      "truncate scan",
      "drop table scan",
      "copy scan to program 'id'",
      "copy scan to '/tmp/stolen'",
      "create role friend",
      "alter role current_user superuser",
      `create database "mine-${acme}"`,
      "set session_replication_role = replica",
      "select * from kysely_migration",
      "alter system set log_statement = 'all'",
      "vacuum full pg_catalog.pg_class; checkpoint",
    ]) {
      await expect(login.query(statement), statement).rejects.toMatchObject({
        code: expect.stringMatching(/^postgres\./),
      })
    }
  })

  test("a login that grants its rights on gives nothing away", async () => {
    await login.query("grant all on scan to public")
    const { rows } = await login.query(
      "select relacl::text ~ '[{,]=' as open_to_all from pg_class where oid = 'scan'::regclass",
    )
    expect(rows).toEqual([{ open_to_all: false }])
  })

  test("row_security = off brings an error and no rows", async () => {
    await pretend(whole())
    await login.query("set row_security = off")
    await expect(login.query("select * from scan")).rejects.toMatchObject({
      code: "postgres.refused_by_policy",
    })
    await login.query("reset row_security")
  })

  test("the passwords of two organizations' logins have nothing in common, and one opens only its own", async () => {
    const [one, two] = [acme, globex].map((organization) => organizationLogin(organization, fixtureService))
    const foreign = connectionUrl({
      serverUrl: fixture.serverUrl,
      database: organizationDatabase(globex),
      login: two ?? "",
      password: deriveLoginPassword(fixture.loginKey, one ?? ""),
    })
    const client = new pg.Client({ connectionString: revealSecret(foreign) })
    await expect(client.connect()).rejects.toMatchObject({ code: "28P01" })
  })
})

describe("inside an organization the policies hold for any SQL of the login", () => {
  test.each([
    ["nothing set", {}],
    ["no organization", { project_id: project, verbs: "delete", object_id: scanId }],
    ["no project", { org_id: "own", verbs: "delete", object_id: scanId }],
    ["an empty project", { org_id: "own", project_id: "", verbs: "delete", object_id: scanId }],
    ["another project", { org_id: "own", project_id: randomUUID(), verbs: "delete", object_id: scanId }],
  ])("with %s there is no row", async (_, settings) => {
    await pretend("org_id" in settings ? { ...settings, org_id: acme } : settings)
    for (const table of ["scan", "finding"]) {
      expect((await login.query(`select * from ${table}`)).rowCount).toBe(0)
      expect((await login.query(`delete from ${table}`)).rowCount).toBe(0)
    }
    expect((await login.query("update scan set target = 'x'")).rowCount).toBe(0)
  })

  test.each([
    ["", { insert: false, update: false, remove: false }],
    ["select", { insert: false, update: false, remove: false }],
    ["insert_update", { insert: true, update: true, remove: false }],
    ["delete", { insert: true, update: true, remove: true }],
    ["anything", { insert: false, update: false, remove: false }],
  ])("with the verb %j the database allows what that verb is", async (verb, allowed) => {
    await pretend({ ...whole(), verbs: verb })
    await login.query("begin")
    try {
      expect((await login.query("select * from scan")).rowCount).toBe(1)
      expect((await login.query("update scan set target = target")).rowCount).toBe(allowed.update ? 1 : 0)
      expect((await login.query("delete from scan")).rowCount).toBe(allowed.remove ? 1 : 0)
      const insert = login.query(
        `insert into scan (org_id, project_id, target) values ('${acme}', '${project}', '${randomUUID()}')`,
      )
      if (allowed.insert) await insert
      else await expect(insert).rejects.toMatchObject({ code: "postgres.refused_by_policy" })
    } finally {
      await login.query("rollback")
    }
  })

  test("the verb delete removes no row but the granted one", async () => {
    await pretend({ ...whole(), object_id: randomUUID() })
    expect((await login.query("delete from scan")).rowCount).toBe(0)
  })

  test("a change by hand without an audit record does not commit", async () => {
    await pretend(whole())
    await expect(login.query("update scan set target = target")).rejects.toMatchObject({
      code: "postgres.audit_missing",
    })
  })

  test("a reading transaction stays one, whatever its SQL sets", async () => {
    const grant = testGrant("can_read", { organization: acme, project })
    const attempt = (setting: string, value: string) =>
      fixture.databases.withGrant(grant, (tx) =>
        tx.selectNoFrom(sql<string>`set_config(${setting}, ${value}, true)`.as("now")).execute(),
      )
    await attempt("gatehouse.verbs", "delete")
    for (const setting of ["transaction_read_only", "session_authorization", "role"]) {
      await expect(
        attempt(setting, setting === "transaction_read_only" ? "off" : "gatehouse"),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^postgres\.(query_failed|refused_by_policy)$/),
      })
    }
  })
})

describe("a connection that is lent again", () => {
  test("carries over nothing that SQL of the last transaction left on the session", async () => {
    const grant = testGrant("can_write", { organization: acme, project })
    const other = newProject()
    for (let round = 0; round < 5; round++) {
      const backend = await fixture.databases.withGrant(grant, async (tx) => {
        const { pid } = await tx
          .selectNoFrom([
            sql<number>`pg_backend_pid()`.as("pid"),
            sql`set_config('gatehouse.project_id', ${project}, false)`.as("a"),
            sql`set_config('search_path', 'pg_catalog', false)`.as("b"),
            sql`set_config('statement_timeout', '0', false)`.as("c"),
            sql`set_config('row_security', 'off', false)`.as("d"),
            sql`pg_advisory_lock(4711)`.as("e"),
          ])
          .executeTakeFirstOrThrow()
        return pid
      })
      const seen = await fixture.databases.withGrant(
        testGrant("can_read", { organization: acme, project: other }),
        (tx) =>
          tx
            .selectNoFrom([
              sql<number>`pg_backend_pid()`.as("pid"),
              sql`current_setting('gatehouse.project_id')`.as("project"),
              sql`current_setting('search_path')`.as("path"),
              sql`current_setting('statement_timeout')`.as("timeout"),
              sql`current_setting('row_security')`.as("security"),
              sql`(select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())::int`.as(
                "locks",
              ),
              sql`(select count(*) from scan)::int`.as("rows"),
            ])
            .executeTakeFirstOrThrow(),
      )
      expect(seen).toEqual({
        pid: backend,
        project: other,
        path: fixtureService,
        timeout: "20s",
        security: "on",
        locks: 0,
        rows: 0,
      })
    }
  })

  test("outside a transaction its settings are empty, and show no row", async () => {
    await pretend({})
    await login.query("begin")
    for (const [name, value] of Object.entries(whole())) {
      await login.query("select set_config($1, $2, true)", [`gatehouse.${name}`, value])
    }
    expect((await login.query("select * from scan")).rowCount).toBe(1)
    await login.query("commit")
    const { rows } = await login.query("select current_setting('gatehouse.project_id', true) as left")
    expect(rows[0].left === "" || rows[0].left === null).toBe(true)
    expect((await login.query("select * from scan")).rowCount).toBe(0)
  })
})
