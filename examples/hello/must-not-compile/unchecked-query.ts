import { project } from "@gatehouse/sdk"
import { auth, gatehouse } from "./tables.ts"

const object = project("00000000-0000-4000-8000-000000000000")

// The way that compiles, so that the errors below are not those of a broken file.
await gatehouse.withGrant(await auth.requirePermission("can_read", object), (tx) =>
  tx.selectFrom("greeting").selectAll().execute(),
)

// There is no handle without a grant.
// must not compile: TS2339
await gatehouse.selectFrom("greeting").selectAll().execute()

// must not compile: TS2339
await gatehouse.databases.selectFrom("greeting").selectAll().execute()

// A check that was not made is not a grant.
// must not compile: TS2345
await gatehouse.withGrant(undefined, (tx) => tx.selectFrom("greeting").selectAll().execute())

// A check whose answer was not awaited is not a grant.
// must not compile: TS2740
await gatehouse.withGrant(auth.requirePermission("can_read", object), async () => 1)

// A permission that nobody defined can't be asked.
// must not compile: TS2345
await auth.requirePermission("can_everything", object)

// A permission of the organization can't be asked on a project.
// must not compile: TS2345
await auth.requirePermission("can_manage_users", object)
