import { setImmediate as nextTurn } from "node:timers/promises"
import { expect, test } from "vitest"
import { turnsDuring } from "./turns-during.ts"

test("work that never waits gives others no turn, work that waits gives as many as it waits for", async () => {
  expect(await turnsDuring(async () => {})).toBe(0)
  const seen: number[] = []
  const waiting = async (turns: () => number) => {
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn()
      seen.push(turns())
    }
  }
  expect(await turnsDuring(waiting)).toBe(3)
  expect(seen).toEqual([1, 2, 3])
  await expect(turnsDuring(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
})
