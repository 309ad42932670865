import { project, resource } from "@gatehouse/sdk"
import { auth, gatehouse } from "./tables.ts"

const id = "00000000-0000-4000-8000-000000000000"
const row = { org_id: "acme", project_id: id, text: "hello" }

const mayRead = await auth.requirePermission("can_read", project(id))
const mayWrite = await auth.requirePermission("can_write", project(id))
const mayDelete = await auth.requirePermission("can_delete", resource("greeting", id))

// The way that compiles.
await gatehouse.withGrant(mayWrite, (tx) => tx.insertInto("greeting").values(row).execute())
await gatehouse.withGrant(mayDelete, (tx) => tx.deleteFrom("greeting").where("id", "=", id).execute())

// Who may read does not write, not even an audit record.
// must not compile: TS2339
await gatehouse.withGrant(mayRead, (tx) => tx.insertInto("greeting").values(row).execute())
// must not compile: TS2339
await gatehouse.withGrant(mayRead, (tx) => tx.updateTable("greeting").set({ text: "" }).execute())
// must not compile: TS2551
await gatehouse.withGrant(mayRead, (tx) => tx.deleteFrom("greeting").execute())
// must not compile: TS2339
await gatehouse.withGrant(mayRead, (tx) => tx.audit({ action: "a.b", resource: { type: "greeting", id } }))

// Who may write does not delete.
// must not compile: TS2551
await gatehouse.withGrant(mayWrite, (tx) => tx.deleteFrom("greeting").execute())

// Nobody gets a handle for hand-written statements, nested transactions or the schema.
// must not compile: TS2339
await gatehouse.withGrant(mayDelete, (tx) => tx.executeQuery({ sql: "drop table greeting" }))
// must not compile: TS2339
await gatehouse.withGrant(mayDelete, (tx) => tx.transaction())
// must not compile: TS2339
await gatehouse.withGrant(mayDelete, async (tx) => tx.schema)
