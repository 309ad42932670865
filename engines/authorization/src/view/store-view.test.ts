import { systemClock } from "@gatehouse/kernel"
import { compileModel } from "@gatehouse/rebac"
import { sql } from "kysely"
import { expect, test } from "vitest"
import type { Storage, StoreHead } from "../storage/storage.ts"
import { openTestStorage } from "../testing/open-test-storage.ts"
import { loadStoreView } from "./store-view.ts"

const model = compileModel({
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "document",
      relations: { owner: { this: {} } },
      metadata: { relations: { owner: { directly_related_user_types: [{ type: "user" }] } } },
    },
  ],
})
const owner = (name: string) => ({ object: "document:1", relation: "owner", user: `user:${name}` })

test("a database put back between a look at its head and the reading of its log shows no part of a write", async () => {
  await using opened = await openTestStorage()
  const { storage: stored, db } = opened
  let afterHead: (() => Promise<void>) | undefined
  const storage: Storage = {
    ...stored,
    readHead: async (store): Promise<StoreHead | undefined> => {
      const head = await stored.readHead(store)
      const act = afterHead
      afterHead = undefined
      await act?.()
      return head
    },
  }
  const { id } = await stored.createStore("one")
  const write = (...names: string[]) =>
    stored.writeTuples(id, {
      writes: names.map(owner),
      deletes: [],
      onDuplicate: "error",
      onMissing: "error",
    })
  const view = await loadStoreView(storage, id, systemClock)

  await write("lost")
  afterHead = async () => {
    await sql`delete from openfga.tuple`.execute(db)
    await sql`update openfga.store set head = 0, changed_microseconds = 0`.execute(db)
    await write("first", "second")
  }
  expect(await view?.freshen("current")).toBe(true)
  const allowed = ["lost", "first", "second"].map((name) => view?.evaluator(model).check(owner(name)).allowed)
  expect(allowed).toEqual([false, true, true])
})
