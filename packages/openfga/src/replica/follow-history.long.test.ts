import fc from "fast-check"
import { expect, test } from "vitest"
import { followHistory, histories } from "./testing/follow-history.ts"

test("memory is true within its lag in many more histories", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (events) => {
      expect(await followHistory(events)).toEqual([])
    }),
    { numRuns: 200_000 },
  )
})
