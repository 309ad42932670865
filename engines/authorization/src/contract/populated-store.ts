import { contractModel } from "./model.ts"
import { type PreparedStore, prepareStore, tuple, type Wire, writeTuples } from "./wire.ts"

/** A store with tuples of every kind, for questions. */
export async function preparePopulatedStore(wire: Wire): Promise<PreparedStore> {
  const store = await prepareStore(wire, contractModel)
  await writeTuples(
    wire,
    store,
    tuple("user:anne", "owner", "document:1"),
    tuple("user:bea", "member", "group:inner"),
    tuple("group:inner#member", "member", "group:outer"),
    tuple("group:outer#member", "viewer", "folder:1"),
    tuple("folder:1", "parent", "document:1"),
    tuple("folder:1", "parent", "document:2"),
    tuple("user:*", "viewer", "document:3"),
    tuple("user:mallory", "blocked", "document:3"),
    {
      ...tuple("user:eve", "editor", "document:4"),
      condition: { name: "from_office", context: { network: "office" } },
    },
  )
  return store
}
