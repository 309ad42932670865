import { randomUUID } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import { createOwnedProject, type Member, member, type OwnedProject } from "./support/organizations.ts"
import { acme, globex } from "./support/plane.ts"
import {
  clusterAdministrator,
  type DatabaseLogin,
  serviceLogin,
  tenantLogin,
  withConnection,
} from "./support/tenant-login.ts"

/** ASVS 13.2.2, 8.4.1: a forgotten filter, a shared connection or a login of one tenant opens no other's data. */

const services = ["governance", "sbom"] as const
const database = (organization: string) => `gatehouse_tenant_${organization}`

interface Home {
  readonly login: DatabaseLogin
  readonly database: string
}

let homes: readonly Home[]
let members: readonly [Member, Member]
let owned: OwnedProject
beforeAll(async () => {
  members = await Promise.all([member(acme, "admin"), member(globex, "admin")])
  owned = await createOwnedProject(members[0], `row-${randomUUID()}`)
  const tenants = ["acme", "globex"].flatMap((organization) =>
    services.map(async (service) => ({
      login: await tenantLogin(organization, service),
      database: database(organization),
    })),
  )
  const engines = (["identity", "authorization", "governance"] as const).map(async (service) => ({
    login: await serviceLogin(service),
    database: `gatehouse_${service}`,
  }))
  homes = await Promise.all([...tenants, ...engines])
})

test("every login opens its own database and no other", async () => {
  const databases = [...new Set([...homes.map((home) => home.database), "postgres", "template1"])]
  for (const { login, database: own } of homes) {
    const opened: string[] = []
    for (const name of databases) {
      const code = await withConnection(name, login, async () => "opened").catch((error) => error.code)
      if (code === "opened") opened.push(name)
      else expect({ user: login.user, name, code }).toEqual({ user: login.user, name, code: "42501" })
    }
    expect({ user: login.user, opened }).toEqual({ user: login.user, opened: [own] })
  }
})

test("no login becomes another, owns a table, or passes by a policy", async () => {
  for (const { login, database: own } of homes) {
    await withConnection(own, login, async (client) => {
      const others = [...homes.map((home) => home.login.user), "gatehouse", "gatehouse_acme_owner"]
      for (const other of others.filter((user) => user !== login.user)) {
        for (const statement of [`set role "${other}"`, `set session authorization "${other}"`])
          await expect(client.query(statement), `${login.user}: ${statement}`).rejects.toMatchObject({
            code: "42501",
          })
      }
      const { rows } = await client.query(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user",
      )
      expect(rows).toEqual([
        { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false },
      ])
    })
  }
})

describe("in an organization's database", () => {
  /** Tables that the login may read at all. */
  const readable = `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
    and has_table_privilege(c.oid, 'select')`

  test("SQL without a grant sees no row of any table that holds an organization's data", async () => {
    for (const service of services) {
      const counted = await withConnection(
        database("acme"),
        await tenantLogin("acme", service),
        async (client) => {
          const { rows } = await client.query<{ name: string }>(readable)
          const counts: Record<string, number> = {}
          for (const { name } of rows)
            counts[name] = (await client.query(`select count(*)::int as n from ${name}`)).rows[0].n
          return counts
        },
      )
      const held = Object.entries(counted).filter(([name]) => !name.endsWith(".migration"))
      expect(held.length).toBeGreaterThan(0)
      expect(held.filter(([, count]) => count > 0)).toEqual([])
    }
    const really = await withConnection(
      database("acme"),
      clusterAdministrator(),
      async (client) => (await client.query("select count(*)::int as n from sbom.sbom")).rows[0].n,
    )
    expect(really).toBeGreaterThan(0)
  })

  test("what one transaction was granted is gone for the next on the same connection", async () => {
    await withConnection(database("acme"), await tenantLogin("acme", "sbom"), async (client) => {
      const count = async () => (await client.query("select count(*)::int as n from sbom.sbom")).rows[0].n
      await client.query("begin")
      await client.query(
        "select set_config('gatehouse.org_id', 'acme', true), set_config('gatehouse.project_id', $1, true), set_config('gatehouse.verbs', 'select', true)",
        [owned.project],
      )
      expect(await count()).toBe(1)
      await client.query("commit")
      expect(await count()).toBe(0)
    })
  })

  test("every table of a service is held by policies, also for its owner's absence", async () => {
    const { rows } = await withConnection(database("acme"), clusterAdministrator(), (client) =>
      client.query(
        `select n.nspname || '.' || c.relname as name, c.relrowsecurity as guarded, pg_get_userbyid(c.relowner) as owner
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and n.nspname = any($1) and c.relname not like '%migration%'`,
        [services],
      ),
    )
    expect(rows.length).toBeGreaterThan(3)
    for (const row of rows) expect(row).toMatchObject({ guarded: true, owner: "gatehouse_acme_owner" })
  })
})

test("requests of two organizations at once, on pooled connections, each see their own alone", async () => {
  const [ours, theirs] = members
  const foreign = await createOwnedProject(theirs, `row-${randomUUID()}`)
  const list = (by: Member, { project }: OwnedProject) =>
    by.ask("GET", "/v1/sboms", { headers: { "x-project-id": project } })
  const rounds = Array.from({ length: 30 }, (_, index) =>
    index % 2 === 0 ? list(ours, owned) : list(theirs, foreign),
  )
  const answers = await Promise.all(rounds)
  for (const [index, { json }] of answers.entries()) {
    const ids = (json as { readonly items: { readonly id: string }[] }).items.map(({ id }) => id)
    expect(ids).toEqual([index % 2 === 0 ? owned.sbom : foreign.sbom])
  }
})
