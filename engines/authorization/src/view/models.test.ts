import { setImmediate as nextTurn } from "node:timers/promises"
import { expect, test } from "vitest"
import { createModels } from "./models.ts"

/** A reader that counts how often it is asked, and fails as long as it is told to. */
function countingReader() {
  const reader = {
    reads: 0,
    fails: false,
    readModel: async (_store: string, id: string) => {
      reader.reads++
      await nextTurn()
      if (reader.fails) throw new Error("the database is gone")
      return { id, schema_version: "1.1", type_definitions: [{ type: "user" }] }
    },
  }
  return reader
}

test("a model that many ask for at once is read and compiled once", async () => {
  const reader = countingReader()
  const models = createModels(reader)
  const [first, ...rest] = await Promise.all([1, 2, 3].map(() => models.get("store", "model")))
  expect(first).toBeDefined()
  for (const one of rest) expect(one).toBe(first)
  expect(await models.get("store", "model")).toBe(first)
  expect(reader.reads).toBe(1)
})

test("a model that could not be read is read again for the next who asks", async () => {
  const reader = countingReader()
  const models = createModels(reader)
  reader.fails = true
  await expect(models.get("store", "model")).rejects.toThrow("the database is gone")
  reader.fails = false
  expect(await models.get("store", "model")).toBeDefined()
})
