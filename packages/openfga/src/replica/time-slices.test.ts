import { expect, test } from "vitest"
import { LoopTurn } from "./time-slices.ts"

test("who asks and awaits in a circle lets timers run", async () => {
  const turn = new LoopTurn()
  const until = performance.now() + 20_000
  let fired = false
  setTimeout(() => {
    fired = true
  }, 1)
  while (!fired && performance.now() < until) {
    if (turn.isOver) await turn.wait()
    await undefined
  }
  expect(fired).toBe(true)
})
