import fc from "fast-check"
import { expect, test } from "vitest"
import { followHistory, histories } from "./testing/follow-history.ts"

test("whatever commits late, wherever clocks jump and whoever writes meanwhile, memory is true within its lag", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (events) => {
      expect(await followHistory(events)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})
