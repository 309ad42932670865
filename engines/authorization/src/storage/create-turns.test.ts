import { expect, test } from "vitest"
import { createTurns } from "./create-turns.ts"

test("no more than allowed run at once, in the order of the calls, also when some fail; names do not wait for each other", async () => {
  const takeTurn = createTurns(2)
  const started: number[] = []
  let running = 0
  let most = 0
  const work = (index: number) => async () => {
    started.push(index)
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running--
    if (index % 3 === 0) throw new Error("failed")
    return index
  }
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) => takeTurn("a", work(index))),
  )
  expect(most).toBe(2)
  expect(started).toEqual(Array.from({ length: 12 }, (_, index) => index))
  expect(results.map(({ status }) => status === "fulfilled")).toEqual(started.map((index) => index % 3 !== 0))

  const held = takeTurn("a", () => new Promise((resolve) => setTimeout(resolve, 50, "late")))
  expect(await Promise.race([held, takeTurn("b", async () => "soon")])).toBe("soon")
  await held
})
