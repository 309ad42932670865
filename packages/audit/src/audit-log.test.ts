import { randomBytes, randomUUID } from "node:crypto"
import type { OrganizationId, Permission, Principal, PrincipalId, ProjectUuid } from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import {
  createDatabase,
  createOrganizationDatabases,
  createPool,
  type OrganizationDatabases,
  provisionOrganizationDatabase,
} from "@gatehouse/postgres"
import { mintGrant, openRequest } from "@gatehouse/postgres/grants"
import { createTestDatabase, testAdminUrl, uniqueName } from "@gatehouse/postgres/testing"
import { withRequestContext } from "@gatehouse/telemetry"
import { type Kysely, sql } from "kysely"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type AuditTables, appendAuditRecord, installAuditLog, listAuditRecords } from "./index.ts"

interface Tables extends AuditTables {
  note: { id: string; org_id: string; project_id: string }
}

const loginKey = new Secret(randomBytes(32).toString("hex"))
const organization = uniqueName("acme") as OrganizationId
const serverUrl = `postgres://${new URL(revealSecret(testAdminUrl())).host}`
let governance: OrganizationDatabases<Tables>
let inventory: OrganizationDatabases<Tables>
let owner: Kysely<AuditTables>
let project: ProjectUuid

beforeAll(async () => {
  const schema = (service: string) => ({
    service,
    loginKey,
    migrations: {
      "0001-note": {
        up: async (db: Kysely<unknown>) => {
          await sql`create table note (id uuid primary key, org_id text not null, project_id uuid not null)`.execute(
            db,
          )
        },
      },
    },
    resources: {},
  })
  const services = [schema("governance"), schema("inventory")]
  await provisionOrganizationDatabase(testAdminUrl(), { organization, services })
  governance = createOrganizationDatabases({ service: "governance", serverUrl, loginKey })
  inventory = createOrganizationDatabases({ service: "inventory", serverUrl, loginKey })
  const url = new URL(revealSecret(testAdminUrl()))
  url.pathname = `/gatehouse_tenant_${organization}`
  owner = createDatabase(createPool({ url: new Secret(url.href), max: 2, applicationName: "test" }))
})
afterAll(() => Promise.all([governance.close(), inventory.close(), owner.destroy()]))
beforeEach(() => {
  project = randomUUID() as ProjectUuid
})

function grant<P extends Permission>(permission: P, inProject: ProjectUuid | undefined = project) {
  return mintGrant(openRequest(), {
    permission,
    organization,
    project: inProject,
    object: { type: "project", id: inProject ?? organization },
    principal: { id: `user:${organization}/ada` as PrincipalId, type: "user" } as Principal,
    decisionId: "decision-1",
  })
}

async function createNote(databases = inventory): Promise<{ id: string; record: string }> {
  const id = randomUUID()
  const record = await databases.withGrant(grant("can_write"), async (tx) => {
    await tx.insertInto("note").values({ id, org_id: organization, project_id: project }).execute()
    return tx.audit({ action: "note.create", resource: { type: "note", id }, details: { words: 3 } })
  })
  return { id, record }
}

const list = (inProject: ProjectUuid | undefined, filter = {}) =>
  governance.withGrant(grant("can_read", inProject), (tx) => listAuditRecords(tx, { limit: 50, ...filter }))

test("a record says who did what to which resource, by which decision and in which request", async () => {
  const before = Date.now()
  const { id, record } = await withRequestContext({ requestId: "request-1" }, () => createNote())
  const [row] = await list(project)
  expect(row).toMatchObject({
    id: record,
    actor: `user:${organization}/ada`,
    actor_type: "user",
    action: "note.create",
    resource_type: "note",
    resource_id: id,
    organization,
    project,
    decision_id: "decision-1",
    request_id: "request-1",
    outcome: "done",
    intent_id: null,
    details: { words: 3 },
  })
  expect(Math.abs((row?.occurred_at.getTime() ?? 0) - before)).toBeLessThan(5_000)
})

describe("reading", () => {
  test("is governance's alone", async () => {
    await createNote()
    const attempt = inventory.withGrant(grant("can_read"), (tx) => listAuditRecords(tx, { limit: 1 }))
    await expect(attempt).rejects.toMatchObject({ code: "postgres.refused_by_policy" })
  })

  test("shows a project's records to a grant on it, and all of them to a grant on the organization", async () => {
    const { record } = await createNote()
    const other = randomUUID() as ProjectUuid
    expect((await list(project)).map(({ id }) => id)).toEqual([record])
    expect(await list(other)).toEqual([])
    const all = await governance.withGrant(grant("can_manage_settings", undefined), (tx) =>
      listAuditRecords(tx, { limit: 1, resource: { type: "note" } }),
    )
    expect(all).toHaveLength(1)
  })

  test("goes from page to page, newest first, without leaving one out", async () => {
    const written: string[] = []
    for (let index = 0; index < 5; index++) written.push((await createNote()).record)
    const seen: string[] = []
    let before: string | undefined
    for (;;) {
      const page = await list(project, before === undefined ? { limit: 2 } : { limit: 2, before })
      if (page.length === 0) break
      seen.push(...page.map(({ id }) => id))
      before = seen.at(-1)
    }
    expect([...seen].sort()).toEqual([...written].sort())
    expect(seen).toEqual([...seen].sort().reverse())
  })

  test("filters by action, actor and resource", async () => {
    const { id, record } = await createNote()
    await createNote()
    expect((await list(project, { resource: { type: "note", id } })).map((row) => row.id)).toEqual([record])
    expect(await list(project, { action: "note.delete" })).toEqual([])
    expect(await list(project, { actor: "user:other/ada" })).toEqual([])
  })
})

describe("what is written stays", () => {
  test.each([
    ["update", "update audit.record set actor = 'user:nobody'"],
    ["an update that meets no row", "update audit.record set actor = 'x' where false"],
    ["delete", "delete from audit.record"],
    ["truncate", "truncate audit.record"],
    ["merge", "merge into audit.record r using (select 1) s on true when matched then delete"],
    [
      "an upsert",
      "insert into audit.record select * from audit.record on conflict (id) do update set actor = 'x'",
    ],
  ])("%s is refused to the owner and to the administrator", async (_, statement) => {
    const { record } = await createNote()
    for (const prelude of [
      `set role "gatehouse_${organization}_owner"`,
      "set session_replication_role = replica",
    ]) {
      await owner.connection().execute(async (connection) => {
        await sql.raw(prelude).execute(connection)
        await expect(sql.raw(statement).execute(connection)).rejects.toMatchObject({
          code: "postgres.audit_immutable",
        })
        await sql`reset role`.execute(connection)
        await sql`reset session_replication_role`.execute(connection)
      })
    }
    expect((await list(project)).map(({ id }) => id)).toEqual([record])
  })

  test("a login chooses neither the time of a record nor its transaction", async () => {
    const { rows } = await sql<{ column: string }>`select column_name as column
      from information_schema.column_privileges
      where grantee = ${`gatehouse_${organization}_inventory`} and table_schema = 'audit' and table_name = 'record'
        and privilege_type = 'INSERT'`.execute(owner)
    const columns = rows.map(({ column }) => column)
    expect(columns).toContain("action")
    expect(columns).not.toContain("occurred_at")
    expect(columns).not.toContain("transaction_id")
  })

  test("a record of a change that was rolled back is gone with it", async () => {
    const attempt = inventory.withGrant(grant("can_write"), async (tx) => {
      await tx.audit({ action: "note.create", resource: { type: "note", id: "n" } })
      throw new Error("of the service")
    })
    await expect(attempt).rejects.toThrow("of the service")
    expect(await list(project)).toEqual([])
  })

  test("a record that looks as if it held a secret rolls its change back", async () => {
    const id = randomUUID()
    const attempt = inventory.withGrant(grant("can_write"), async (tx) => {
      await tx.insertInto("note").values({ id, org_id: organization, project_id: project }).execute()
      await tx.audit({ action: "note.create", resource: { type: "note", id }, details: { password: "hush" } })
    })
    await expect(attempt).rejects.toMatchObject({ code: "postgres.audit_record_refused" })
    expect(await list(project)).toEqual([])
  })
})

test("an outcome refers to the intent that was committed before it", async () => {
  const change = { action: "realm.create", resource: { type: "realm", id: "acme" } }
  const intentId = await governance.withGrant(grant("can_manage_secrets"), (tx) =>
    tx.audit({ ...change, outcome: "intent" }),
  )
  await governance.withGrant(grant("can_manage_secrets"), (tx) =>
    tx.audit({ ...change, outcome: "failed", intentId }),
  )
  expect((await list(project)).map(({ outcome, intent_id }) => ({ outcome, intent_id }))).toEqual([
    { outcome: "failed", intent_id: intentId },
    { outcome: "intent", intent_id: null },
  ])
})

test("a service's own database has a log of the same kind, in the transaction of the change", async () => {
  const database = await createTestDatabase()
  const db = createDatabase<AuditTables>(createPool({ url: database.url, max: 2, applicationName: "test" }))
  await installAuditLog(db)
  await installAuditLog(db)
  const actor = {
    principal: { id: "service:platform/gateway" as PrincipalId, type: "service" as const },
    organization,
    project: undefined,
    decisionId: "d",
  }
  const id = await db.transaction().execute((tx) =>
    appendAuditRecord(tx, actor, {
      action: "organization.create",
      resource: { type: "organization", id: "acme" },
    }),
  )
  expect(await db.selectFrom("audit.record").select(["id", "actor"]).execute()).toEqual([
    { id, actor: "service:platform/gateway" },
  ])
  await expect(db.deleteFrom("audit.record").execute()).rejects.toMatchObject({
    code: "postgres.audit_immutable",
  })
  await db.destroy()
  await database.drop()
})
