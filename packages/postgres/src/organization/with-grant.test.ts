import { randomUUID } from "node:crypto"
import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import {
  createOrganizationFixture,
  newProject,
  type OrganizationFixture,
  testGrant,
} from "../testing/organization-fixture.ts"

let fixture: OrganizationFixture
let organization: OrganizationId
let project: ProjectUuid
let other: ProjectUuid
beforeAll(async () => {
  fixture = await createOrganizationFixture(["acme"])
  organization = fixture.organizations[0] as OrganizationId
})
afterAll(() => fixture.close())
beforeEach(() => {
  project = newProject()
  other = newProject()
})

const record = (id: string) => ({ action: "scan.change", resource: { type: "scan", id } })

async function createScan(inProject: ProjectUuid, target: string = randomUUID()): Promise<string> {
  const grant = testGrant("can_write", { organization, project: inProject })
  return fixture.databases.withGrant(grant, async (tx) => {
    const { id } = await tx
      .insertInto("scan")
      .values({ org_id: organization, project_id: inProject, target })
      .returning("id")
      .executeTakeFirstOrThrow()
    await tx
      .insertInto("finding")
      .values({ scan_id: id, org_id: organization, project_id: inProject, text: "f" })
      .execute()
    await tx.audit(record(id))
    return id
  })
}

const readScans = (inProject: ProjectUuid | undefined) =>
  fixture.databases.withGrant(testGrant("can_read", { organization, project: inProject }), (tx) =>
    tx.selectFrom("scan").select("id").execute(),
  )

describe("rows", () => {
  test("a grant sees its own project's rows, without any filter in the query, and no other's", async () => {
    const own = await createScan(project)
    const foreign = await createScan(other)
    expect(await readScans(project)).toEqual([{ id: own }])
    expect(await readScans(other)).toEqual([{ id: foreign }])
  })

  test("a grant on the organization sees no row that belongs to a project", async () => {
    await createScan(project)
    expect(await readScans(undefined)).toEqual([])
  })

  test("a grant on a project sees, of what belongs to the organization, only the row that is the project", async () => {
    const admin = testGrant("can_manage_settings", { organization })
    await fixture.databases.withGrant(admin, async (tx) => {
      await tx
        .insertInto("project")
        .values([
          { id: project, org_id: organization, name: "own" },
          { id: other, org_id: organization, name: "other" },
        ])
        .execute()
      await tx.insertInto("label").values({ id: randomUUID(), org_id: organization }).execute()
      await tx.audit(record(project))
    })
    const grant = testGrant("can_read", { organization, project })
    await fixture.databases.withGrant(grant, async (tx) => {
      expect(await tx.selectFrom("project").select("id").execute()).toEqual([{ id: project }])
      expect(await tx.selectFrom("label").select("id").execute()).toEqual([])
    })
    const all = await fixture.databases.withGrant(testGrant("can_view_dashboards", { organization }), (tx) =>
      tx.selectFrom("project").select("id").where("id", "in", [project, other]).execute(),
    )
    expect(all).toHaveLength(2)
  })

  test("a row can't be put into another project or organization, nor moved there", async () => {
    const id = await createScan(project)
    const grant = testGrant("can_write", { organization, project })
    const put = (values: { org_id: string; project_id: string }) =>
      fixture.databases.withGrant(grant, async (tx) => {
        await tx.audit(record(id))
        await tx
          .insertInto("scan")
          .values({ target: randomUUID(), ...values })
          .execute()
      })
    await expect(put({ org_id: organization, project_id: other })).rejects.toMatchObject({
      code: "postgres.refused_by_policy",
    })
    await expect(put({ org_id: "globex", project_id: project })).rejects.toMatchObject({
      code: "postgres.refused_by_policy",
    })
    const move = fixture.databases.withGrant(grant, async (tx) => {
      await tx.audit(record(id))
      await tx.updateTable("scan").set({ project_id: other }).where("id", "=", id).execute()
    })
    await expect(move).rejects.toMatchObject({ code: "postgres.refused_by_policy" })
  })

  test("can_delete removes the granted object with what hangs on it, and nothing beside it", async () => {
    const [doomed, bystander] = [await createScan(project), await createScan(project)]
    const grant = testGrant("can_delete", { organization, project, object: { type: "scan", id: doomed } })
    const removed = await fixture.databases.withGrant(grant, async (tx) => {
      const rows = await tx.deleteFrom("scan").returning("id").execute()
      await tx.audit(record(doomed))
      return rows
    })
    expect(removed).toEqual([{ id: doomed }])
    expect(await readScans(project)).toEqual([{ id: bystander }])
    const findings = await fixture.databases.withGrant(
      testGrant("can_read", { organization, project }),
      (tx) => tx.selectFrom("finding").select("scan_id").execute(),
    )
    expect(findings).toEqual([{ scan_id: bystander }])
  })

  test("can_delete on a project does not delete the resources in it one by one", async () => {
    const id = await createScan(project)
    const grant = testGrant("can_delete", { organization, project })
    await fixture.databases.withGrant(grant, async (tx) => {
      await tx.deleteFrom("scan").where("id", "=", id).execute()
      await tx.deleteFrom("finding").execute()
    })
    expect(await readScans(project)).toEqual([{ id }])
  })

  test("the parent of a resource is told before there is a grant, and nothing for an id that is none", async () => {
    const id = await createScan(project)
    const resource = { type: "scan", table: "scan" }
    expect(await fixture.databases.resourceProject(organization, resource, id)).toBe(project)
    expect(await fixture.databases.resourceProject(organization, resource, randomUUID())).toBeUndefined()
    for (const malformed of ["", "x", `${id} `, id.toUpperCase(), "'; drop table scan; --"]) {
      expect(await fixture.databases.resourceProject(organization, resource, malformed)).toBeUndefined()
    }
  })
})

describe("transactions", () => {
  test("a change without an audit record is rolled back and named", async () => {
    const grant = testGrant("can_write", { organization, project })
    const change = fixture.databases.withGrant(grant, (tx) =>
      tx
        .insertInto("scan")
        .values({ org_id: organization, project_id: project, target: randomUUID() })
        .execute(),
    )
    await expect(change).rejects.toMatchObject({ code: "postgres.audit_missing" })
    expect(await readScans(project)).toEqual([])
  })

  test("an audit record of an earlier transaction does not stand in for a later one", async () => {
    const id = await createScan(project)
    const change = fixture.databases.withGrant(testGrant("can_write", { organization, project }), (tx) =>
      tx.updateTable("scan").set({ target: randomUUID() }).where("id", "=", id).execute(),
    )
    await expect(change).rejects.toMatchObject({ code: "postgres.audit_missing" })
  })

  test("a transaction that may write and changes nothing needs no record", async () => {
    const grant = testGrant("can_write", { organization, project })
    const rows = await fixture.databases.withGrant(grant, (tx) =>
      tx.selectFrom("scan").selectAll().forUpdate().execute(),
    )
    expect(rows).toEqual([])
  })

  test("an error in the work rolls everything back and comes out as it is", async () => {
    const grant = testGrant("can_write", { organization, project })
    const own = new Error("of the service")
    const change = fixture.databases.withGrant(grant, async (tx) => {
      const id = randomUUID()
      await tx
        .insertInto("scan")
        .values({ id, org_id: organization, project_id: project, target: id })
        .execute()
      await tx.audit(record(id))
      throw own
    })
    await expect(change).rejects.toBe(own)
    expect(await readScans(project)).toEqual([])
  })

  test("a statement's error that the work swallows is no commit", async () => {
    const target = randomUUID()
    await createScan(project, target)
    const change = fixture.databases.withGrant(
      testGrant("can_write", { organization, project }),
      async (tx) => {
        await tx
          .insertInto("scan")
          .values({ org_id: organization, project_id: project, target })
          .execute()
          .catch(() => {})
      },
    )
    await expect(change).rejects.toMatchObject({ code: "postgres.query_failed" })
  })

  test("a conflict with a row that no policy shows tells the constraint and nothing of the row", async () => {
    const target = `target-${randomUUID()}`
    await createScan(other, target)
    const error = await createScan(project, target).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: "postgres.conflict", details: { constraint: "scan_target" } })
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain(target)
  })

  test("a service's login appends to the audit log and can't read it", async () => {
    await createScan(project)
    const client = await fixture.connect(organization)
    await expect(client.query("select * from audit.record")).rejects.toMatchObject({
      code: "postgres.refused_by_policy",
    })
    await client.end()
  })
})

describe("handles", () => {
  test.each([
    ["can_read", ["fn", "selectFrom", "selectNoFrom", "with"]],
    ["can_view_dashboards", ["fn", "selectFrom", "selectNoFrom", "with"]],
    ["can_execute", ["fn", "selectFrom", "selectNoFrom", "with"]],
    ["can_write", ["audit", "fn", "insertInto", "selectFrom", "selectNoFrom", "updateTable", "with"]],
    [
      "can_delete",
      ["audit", "deleteFrom", "fn", "insertInto", "selectFrom", "selectNoFrom", "updateTable", "with"],
    ],
  ] as const)("%s opens a handle with the methods of its verb and no others", async (permission, methods) => {
    const grant = testGrant(permission, { organization, project })
    await fixture.databases.withGrant(grant, async (tx) => {
      expect(Object.keys(tx).sort()).toEqual(methods)
      expect(Object.getPrototypeOf(tx)).toBeNull()
      expect(Object.isFrozen(tx)).toBe(true)
      const inner = tx.with("own", (reading) => {
        expect(Object.keys(reading).sort()).toEqual(["fn", "selectFrom", "selectNoFrom", "with"])
        return reading.selectFrom("scan").select("id")
      })
      expect(Object.keys(inner).sort()).toEqual(["fn", "selectFrom", "selectNoFrom", "with"])
      expect(await inner.selectFrom("own").select("id").execute()).toEqual([])
    })
  })

  test("a handle, and a query made with it, are dead when the transaction is over", async () => {
    const grant = testGrant("can_read", { organization, project })
    const [tx, query] = await fixture.databases.withGrant(grant, async (handle) => {
      const kept = [handle, handle.selectFrom("scan").select("id")] as const
      return kept
    })
    await expect(query.execute()).rejects.toThrow()
    await expect(tx.selectFrom("scan").select("id").execute()).rejects.toThrow()
  })

  test("a query that was not waited for never runs in the transaction of the next borrower", async () => {
    await createScan(project)
    const late: Promise<unknown>[] = []
    const outcomes: unknown[] = []
    await fixture.databases.withGrant(testGrant("can_read", { organization, project }), async (tx) => {
      for (let delay = 0; delay < 6; delay++) {
        late.push(
          new Promise((resolve) => setTimeout(resolve, delay)).then(() =>
            tx
              .selectFrom("scan")
              .select("project_id")
              .execute()
              .then(
                (rows) => outcomes.push(rows),
                () => outcomes.push("refused"),
              ),
          ),
        )
      }
      await tx.selectFrom("scan").select("id").execute()
    })
    await readScans(other)
    await Promise.all(late)
    for (const outcome of outcomes) expect(["refused", [{ project_id: project }]]).toContainEqual(outcome)
  })
})
