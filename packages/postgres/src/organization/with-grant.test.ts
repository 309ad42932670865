import { randomBytes, randomUUID } from "node:crypto"
import type { OrganizationId, Permission, Principal, PrincipalId, ProjectUuid } from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { type Generated, type Kysely, sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Grant, mintGrant, openRequest } from "../grants.ts"
import { provisionOrganizationDatabase } from "../provision/provision-organization-database.ts"
import { testAdminUrl, uniqueName } from "../testing/create-test-database.ts"
import { createOrganizationDatabases } from "./create-organization-databases.ts"

interface Tables {
  scan: { id: Generated<string>; org_id: string; project_id: string; target: string }
}
const loginKey = new Secret(randomBytes(32).toString("hex"))
const organization = uniqueName("acme") as OrganizationId
const project = randomUUID() as ProjectUuid
const schema = {
  service: "scans",
  loginKey,
  migrations: {
    "0001-scan": {
      up: async (db: Kysely<unknown>) => {
        await sql`create table scan (id uuid primary key default gen_random_uuid(), org_id text not null,
          project_id uuid not null, target text not null)`.execute(db)
      },
    },
  },
  resources: { scan: { table: "scan" } },
}
const databases = createOrganizationDatabases<Tables>({
  service: "scans",
  loginKey,
  serverUrl: `postgres://${new URL(revealSecret(testAdminUrl())).host}`,
})
afterAll(() => databases.close())
beforeAll(async () => {
  const t = performance.now()
  await provisionOrganizationDatabase(testAdminUrl(), { organization, services: [schema] })
  const t2 = performance.now()
  await provisionOrganizationDatabase(testAdminUrl(), { organization, services: [schema] })
  console.log("provision", t2 - t, "again", performance.now() - t2)
})
function grant<P extends Permission>(
  permission: P,
  object = { type: "project", id: project as string },
): Grant<P> {
  return mintGrant(openRequest(), {
    permission,
    organization,
    project,
    object,
    decisionId: "d1",
    principal: { id: `user:${organization}/x` as PrincipalId, type: "user" } as Principal,
  })
}
test("smoke", async () => {
  const { id } = await databases.withGrant(grant("can_write"), async (tx) => {
    const row = await tx
      .insertInto("scan")
      .values({ org_id: organization, project_id: project, target: "t" })
      .returning("id")
      .executeTakeFirstOrThrow()
    await tx.audit({ action: "scan.create", resource: { type: "scan", id: row.id } })
    return row
  })
  expect(
    await databases.withGrant(grant("can_read"), (tx) => tx.selectFrom("scan").selectAll().execute()),
  ).toHaveLength(1)
  expect(await databases.resourceProject(organization, { type: "scan", table: "scan" }, id)).toBe(project)
  await expect(
    databases.withGrant(grant("can_write"), (tx) => tx.updateTable("scan").set({ target: "u" }).execute()),
  ).rejects.toMatchObject({ code: "postgres.audit_missing" })
  const t = performance.now()
  for (let i = 0; i < 200; i++)
    await databases.withGrant(grant("can_read"), (tx) => tx.selectFrom("scan").selectAll().execute())
  console.log("read tx ms", (performance.now() - t) / 200)
  const rows = Array.from({ length: 4000 }, () => ({
    org_id: organization,
    project_id: project,
    target: "t",
  }))
  const t3 = performance.now()
  await databases.withGrant(grant("can_write"), async (tx) => {
    await tx.insertInto("scan").values(rows).execute()
    await tx.audit({ action: "scan.create", resource: { type: "scan", id } })
    console.log("insert 4000", performance.now() - t3)
  })
  console.log("with commit 4000", performance.now() - t3)
  const t4 = performance.now()
  await databases.withGrant(grant("can_write"), async (tx) => {
    await tx.insertInto("scan").values(rows).execute()
    await tx.audit({ action: "scan.create", resource: { type: "scan", id } })
    console.log("insert 4000", performance.now() - t4)
  })
  console.log("with commit 4000", performance.now() - t4)
})
