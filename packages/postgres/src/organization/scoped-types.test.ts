import type { Permission } from "@gatehouse/contracts"
import { expect, test } from "vitest"
import type { Grant, GrantFacts } from "../grants.ts"
import type { FixtureTables } from "../testing/organization-fixture.ts"
import type { OrganizationDatabases } from "./organization-databases-interface.ts"

declare const databases: OrganizationDatabases<FixtureTables>
declare const reading: Grant<"can_read">
declare const writing: Grant<"can_write">
declare const deleting: Grant<"can_delete">
declare const any: Grant<Permission>

const row = { org_id: "acme", project_id: "p", target: "t" }
declare const lookAlike: GrantFacts<"can_read">
const record = { action: "scan.create", resource: { type: "scan", id: "1" } }

/** Checked by the compiler alone, never run: each directive below is an error if what follows it compiles. */
export async function refusedByTypes(): Promise<void> {
  // @ts-expect-error there is no transaction without a grant
  await databases.withGrant(undefined, async () => {})
  // @ts-expect-error a literal with a grant's members is no grant
  await databases.withGrant(lookAlike, async () => {})
  // @ts-expect-error a copy of a grant is no grant
  await databases.withGrant({ ...reading }, async () => {})
  // @ts-expect-error one permission's grant is not another's
  const _widened: Grant<"can_write"> = reading
  // @ts-expect-error a grant's members can't be changed
  reading.permission = "can_read"

  await databases.withGrant(reading, async (tx) => {
    await tx.selectFrom("scan").selectAll().execute()
    // @ts-expect-error can_read does not insert
    tx.insertInto("scan").values(row)
    // @ts-expect-error can_read does not update
    tx.updateTable("scan").set(row)
    // @ts-expect-error can_read does not delete
    tx.deleteFrom("scan")
    // @ts-expect-error what changes nothing has no audit record
    void tx.audit(record)
    // @ts-expect-error no handle merges, which may delete
    tx.mergeInto("scan")
    // @ts-expect-error no handle runs statements of one's own
    tx.executeQuery
    // @ts-expect-error no handle alters the schema
    tx.schema
    // @ts-expect-error no handle opens or ends transactions
    tx.transaction()
    // @ts-expect-error no handle goes to another schema
    tx.withSchema("audit")
    // @ts-expect-error a table of nobody's
    tx.selectFrom("audit.record")
    // @ts-expect-error WITH reads, whatever the verb
    tx.with("gone", (inner) => inner.deleteFrom("scan").returningAll())
  })

  await databases.withGrant(writing, async (tx) => {
    await tx.insertInto("scan").values(row).execute()
    await tx.updateTable("scan").set({ target: "u" }).execute()
    await tx.audit(record)
    // @ts-expect-error can_write does not delete
    tx.deleteFrom("scan")
    // @ts-expect-error WITH reads, whatever the verb
    tx.with("gone", (inner) => inner.insertInto("scan").values(row).returningAll())
  })

  await databases.withGrant(deleting, async (tx) => {
    await tx.deleteFrom("scan").execute()
    await tx.insertInto("scan").values(row).execute()
    // @ts-expect-error no handle merges
    tx.mergeInto("scan")
  })

  await databases.withGrant(any, async (tx) => {
    await tx.selectFrom("scan").selectAll().execute()
    // @ts-expect-error a grant of some permission or other is good for what all of them allow: reading
    tx.insertInto("scan")
  })

  await databases.withGrant(reading, async (tx) => {
    const rows = await tx
      .with("own", (inner) => inner.selectFrom("scan").select(["id", "target"]))
      .selectFrom("own")
      .selectAll()
      .execute()
    const _typed: readonly { id: string; target: string }[] = rows
    const own = tx.with("own", (inner) => inner.selectFrom("scan").select("id"))
    // @ts-expect-error a column that the WITH query does not have
    own.selectFrom("own").select("target")
  })
}

test("what a grant does not allow does not compile", () => {
  // The compiler has judged this file; running it would need no database either.
  expect(refusedByTypes).toBeTypeOf("function")
})
