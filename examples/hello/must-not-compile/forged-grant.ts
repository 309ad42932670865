import { type Grant, project } from "@gatehouse/sdk"
import { auth, gatehouse } from "./tables.ts"

const object = project("00000000-0000-4000-8000-000000000000")
const real = await auth.requirePermission("can_read", object)

// The way that compiles.
const kept: Grant<"can_read"> = real
await gatehouse.withGrant(kept, async () => 1)

const facts = {
  permission: "can_delete" as const,
  organization: real.organization,
  project: real.project,
  object: real.object,
  principal: real.principal,
  decisionId: real.decisionId,
}

// A literal with every member of a grant is none.
// must not compile: TS2741
await gatehouse.withGrant(facts, async () => 1)
// must not compile: TS2741
const literal: Grant<"can_delete"> = facts

// A copy of a real one is none.
// must not compile: TS2741
await gatehouse.withGrant({ ...real }, async () => 1)

// A grant for one permission is none for another.
// must not compile: TS2322
const wider: Grant<"can_delete"> = real

// A class that looks like one is none.
// must not compile: TS2420
class Forged implements Grant<"can_delete"> {
  permission = "can_delete" as const
  organization = real.organization
  project = real.project
  object = real.object
  principal = real.principal
  decisionId = real.decisionId
}

// What types can't see (a cast, JSON, a Proxy), the running service refuses: it knows each grant that it gave.
export { Forged, literal, wider }
