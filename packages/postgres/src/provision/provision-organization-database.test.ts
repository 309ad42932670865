import { randomBytes, randomUUID } from "node:crypto"
import type { OrganizationId } from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { type Kysely, sql } from "kysely"
import { expect, test } from "vitest"
import { createOrganizationDatabases } from "../organization/create-organization-databases.ts"
import { testAdminUrl, uniqueName } from "../testing/create-test-database.ts"
import { createCuttingProxy } from "../testing/cutting-proxy.ts"
import {
  type FixtureTables,
  fixtureSchema,
  fixtureService,
  newProject,
  testGrant,
} from "../testing/organization-fixture.ts"
import { administer } from "./administer.ts"
import { serverUrlOf } from "./ensure-service-database.ts"
import { organizationDatabase, organizationLogin, organizationOwner } from "./organization-names.ts"
import { type OrganizationSchema, provisionOrganizationDatabase } from "./provision-organization-database.ts"

const loginKey = new Secret(randomBytes(32).toString("hex"))
const newOrganization = () => uniqueName("acme") as OrganizationId
const provision = (
  organization: OrganizationId,
  changes: Partial<OrganizationSchema> = {},
  adminUrl = testAdminUrl(),
) => provisionOrganizationDatabase(adminUrl, { organization, services: [fixtureSchema(loginKey, changes)] })

const migration = (statement: string) => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(statement).execute(db)
  },
})

async function asAdministrator<Row>(organization: OrganizationId, statement: string): Promise<Row[]> {
  return administer(testAdminUrl(), organizationDatabase(organization), async (administrator) => {
    const { rows } = await administrator.query(statement)
    return rows
  })
}

/** The whole way through: write, read, refuse. */
async function expectUsable(organization: OrganizationId): Promise<void> {
  const databases = createOrganizationDatabases<FixtureTables>({
    service: fixtureService,
    serverUrl: serverUrlOf(testAdminUrl()),
    loginKey,
  })
  const project = newProject()
  try {
    await databases.withGrant(testGrant("can_write", { organization, project }), async (tx) => {
      const id = randomUUID()
      await tx
        .insertInto("scan")
        .values({ id, org_id: organization, project_id: project, target: id })
        .execute()
      await tx.audit({ action: "scan.create", resource: { type: "scan", id } })
    })
    const read = (inProject = project) =>
      databases.withGrant(testGrant("can_read", { organization, project: inProject }), (tx) =>
        tx.selectFrom("scan").selectAll().execute(),
      )
    expect(await read()).toHaveLength(1)
    expect(await read(newProject())).toEqual([])
  } finally {
    await databases.close()
  }
  const [row] = await asAdministrator<{ open: boolean }>(
    organization,
    `select exists (select from aclexplode(datacl) where grantee = 0) as open from pg_database where datname = current_database()`,
  )
  expect(row).toEqual({ open: false })
}

test("a second run changes nothing, and several runs at once all succeed", async () => {
  const organization = newOrganization()
  await Promise.all([1, 2, 3].map(() => provision(organization)))
  const state = `select c.oid, c.xmin::text, c.relname, c.relacl::text from pg_class c
    where relnamespace::regnamespace::text in ('audit', 'scans') order by 1`
  const before = await asAdministrator(organization, state)
  await provision(organization)
  expect(await asAdministrator(organization, state)).toEqual(before)
  await expectUsable(organization)
})

test("cut off at any message to the server, a second run converges", { timeout: 120_000 }, async () => {
  const server = new URL(revealSecret(testAdminUrl()))
  const attempt = async (organization: OrganizationId, cutAt: number) => {
    await using proxy = await createCuttingProxy({ host: server.hostname, port: Number(server.port) }, cutAt)
    const url = new URL(server)
    url.port = String(proxy.port)
    const outcome = await provision(organization, {}, new Secret(url.href)).then(
      () => "done",
      () => "cut",
    )
    return { outcome, sent: proxy.sent() }
  }
  const { sent: messages } = await attempt(newOrganization(), Number.POSITIVE_INFINITY)
  expect(messages).toBeGreaterThan(50)
  // The last ones say goodbye, after everything is done.
  for (let cutAt = 1; cutAt < messages - 4; cutAt += 9) {
    const organization = newOrganization()
    expect(await attempt(organization, cutAt)).toMatchObject({ outcome: "cut" })
    await provision(organization)
    await expectUsable(organization)
  }
})

test("a later release's migrations are added, their tables guarded, and the data stay", async () => {
  const organization = newOrganization()
  await provision(organization)
  await expectUsable(organization)
  const { migrations } = fixtureSchema(loginKey)
  const next = {
    ...migrations,
    "0002-more": migration("create table more (id uuid primary key, org_id text, project_id uuid)"),
  }
  await provision(organization, { migrations: next })
  const rows = await asAdministrator<{ rows: number; guarded: boolean }>(
    organization,
    "select (select count(*)::int from scans.scan) as rows, relrowsecurity as guarded from pg_class where relname = 'more'",
  )
  expect(rows).toEqual([{ rows: 1, guarded: true }])
  await expect(provision(organization)).rejects.toMatchObject({ code: "postgres.schema_newer" })
})

test.each([
  ["a table without org_id", "create table bare (id uuid)"],
  ["a project_id that is no uuid", "create table odd (org_id text, project_id text)"],
  ["a materialized view", "create materialized view copy as select * from scan"],
  [
    "a function of its owner's rights",
    "create function all_scans() returns setof scan language sql security definer as 'select * from scan'",
  ],
  ["a resource's table without key", "alter table scan drop column project_id"],
])("%s fails the migration, which leaves nothing behind", async (_, statement) => {
  const organization = newOrganization()
  const { migrations } = fixtureSchema(loginKey)
  const bad = { ...migrations, "0002-bad": migration(statement) }
  await expect(provision(organization, { migrations: bad })).rejects.toMatchObject({
    code: "postgres.table_without_organization",
    details: { schema: "scans" },
  })
  expect(await asAdministrator(organization, "select from pg_tables where schemaname = 'scans'")).toEqual([])
  await provision(organization)
  await expectUsable(organization)
})

test("a view runs with the rights of whoever asks, so the policies below it hold", async () => {
  const organization = newOrganization()
  const { migrations } = fixtureSchema(loginKey)
  await provision(organization, {
    migrations: { ...migrations, "0002-view": migration("create view seen as select * from scan") },
  })
  const [row] = await asAdministrator<{ options: string[] }>(
    organization,
    "select reloptions as options from pg_class where relname = 'seen'",
  )
  expect(row?.options).toEqual(["security_invoker=true"])
})

test.each([
  ["a policy dropped", "drop policy gatehouse_select on scans.scan"],
  ["row-level security switched off", "alter table scans.scan disable row level security"],
  ["a policy widened", "alter policy gatehouse_select on scans.scan using (true)"],
  ["the audit trigger switched off", "alter table scans.scan disable trigger gatehouse_audited"],
  ["a right given away", "grant select on scans.scan to public"],
  ["the audit log opened", "grant select, update on audit.record to public"],
])("%s by hand is put right by the next run", async (_, damage) => {
  const organization = newOrganization()
  await provision(organization)
  const guards = `select relname, relrowsecurity, relacl::text, (select string_agg(concat_ws(' ', policyname, permissive, cmd, qual, with_check), ';' order by policyname)
      from pg_policies p where p.tablename = c.relname and p.schemaname = c.relnamespace::regnamespace::text) as policies,
      (select string_agg(concat(tgname, tgenabled), ';' order by tgname) from pg_trigger t where t.tgrelid = c.oid) as triggers
    from pg_class c where oid in ('scans.scan'::regclass, 'audit.record'::regclass) order by relname`
  const before = await asAdministrator(organization, guards)
  await asAdministrator(organization, damage)
  expect(await asAdministrator(organization, guards)).not.toEqual(before)
  await provision(organization)
  expect(await asAdministrator(organization, guards)).toEqual(before)
})

test("a policy that a migration adds can narrow what is seen and never widen it", async () => {
  const organization = newOrganization()
  const { migrations } = fixtureSchema(loginKey)
  await provision(organization, {
    migrations: {
      ...migrations,
      "0002-wide": migration("create policy everything on scan using (true) with check (true)"),
    },
  })
  await expectUsable(organization)
})

test("names that could be read as something else are refused", async () => {
  const organization = newOrganization()
  for (const service of [
    "audit",
    "owner",
    "public",
    "pg_catalog",
    "Scans",
    "a-b",
    'x"; drop',
    "",
    "x".repeat(21),
  ]) {
    await expect(provision(organization, { service }), service).rejects.toMatchObject({
      code: "postgres.invalid_identifier",
    })
  }
  for (const name of [
    'a"; drop role x; --',
    "acme\nx",
    "a;b",
    "acme_x",
    "ACME",
    "platform",
    "",
    "a--b",
    "x".repeat(33),
  ]) {
    await expect(provision(name as OrganizationId), name).rejects.toMatchObject({
      code: "postgres.invalid_identifier",
    })
  }
})

test("the owner of an organization's database never logs in, and no login is a member of it", async () => {
  const organization = newOrganization()
  await provision(organization)
  const [row] = await asAdministrator(
    organization,
    `select o.rolcanlogin as logs_in, pg_has_role(l.oid, o.oid, 'member') as member from pg_roles o, pg_roles l
      where o.rolname = '${organizationOwner(organization)}' and l.rolname = '${organizationLogin(organization, fixtureService)}'`,
  )
  expect(row).toEqual({ logs_in: false, member: false })
})

test("two services of one organization see nothing of each other", async () => {
  const organization = newOrganization()
  const other = fixtureSchema(loginKey, { service: "notes", resources: {} })
  await provisionOrganizationDatabase(testAdminUrl(), {
    organization,
    services: [fixtureSchema(loginKey), other],
  })
  const rows = await asAdministrator<{ may: boolean }>(
    organization,
    `select has_schema_privilege('${organizationLogin(organization, "notes")}', 'scans', 'usage')
      or has_table_privilege('${organizationLogin(organization, "notes")}', 'scans.scan', 'select, insert, update, delete') as may`,
  )
  expect(rows).toEqual([{ may: false }])
})

test("an administrator that is no superuser provisions the same", async () => {
  const name = uniqueName("administrator")
  await administer(testAdminUrl(), undefined, async (administrator) => {
    await administrator.query(`create role "${name}" login createrole createdb password 'of-a-test'`)
    await administrator.query(`grant connect on database postgres to "${name}"`)
  })
  const url = new URL(revealSecret(testAdminUrl()))
  url.username = name
  url.password = "of-a-test"
  const organization = newOrganization()
  await provision(organization, {}, new Secret(url.href))
  await provision(organization, {}, new Secret(url.href))
  await expectUsable(organization)
})

test("an organization without a database is named as such, before and after others are served", async () => {
  const databases = createOrganizationDatabases<FixtureTables>({
    service: fixtureService,
    serverUrl: serverUrlOf(testAdminUrl()),
    loginKey,
  })
  const organization = newOrganization()
  const use = () =>
    databases.withGrant(testGrant("can_read", { organization, project: newProject() }), (tx) =>
      tx.selectFrom("scan").selectAll().execute(),
    )
  await expect(use()).rejects.toMatchObject({ code: "postgres.organization_not_provisioned" })
  await provision(organization)
  expect(await use()).toEqual([])
  await databases.close()
})
