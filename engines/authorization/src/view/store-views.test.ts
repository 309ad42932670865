import { systemClock } from "@gatehouse/kernel"
import { expect, test } from "vitest"
import type { Storage } from "../storage/storage.ts"
import { openTestStorage } from "../testing/open-test-storage.ts"
import { createStoreViews } from "./store-views.ts"

test("questions about unknown stores push no store out of memory, those about known ones the one unused for longest", async () => {
  await using opened = await openTestStorage()
  const { storage: stored } = opened
  const loads: string[] = []
  const storage: Storage = {
    ...stored,
    loadTuples: (store, onBatch) => {
      loads.push(store)
      return stored.loadTuples(store, onBatch)
    },
  }
  const views = createStoreViews(storage, systemClock)
  const { id: known } = await storage.createStore("known")
  expect(await views.open(known, "bounded")).toBeDefined()

  const unknown = Array.from({ length: 100 }, (_, index) => `unknown-${index}`)
  for (const view of await Promise.all(unknown.map((id) => views.open(id, "bounded"))))
    expect(view).toBeUndefined()
  await views.open(known, "bounded")
  expect(loads.filter((id) => id === known)).toHaveLength(1)

  for (let index = 0; index < 64; index++)
    await views.open((await storage.createStore(`other ${index}`)).id, "bounded")
  await views.open(known, "bounded")
  expect(loads.filter((id) => id === known)).toHaveLength(2)
})
