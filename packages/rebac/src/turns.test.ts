import { expect, test } from "vitest"
import { Turns } from "./turns.ts"

test("of several long calculations one has its turn in each round of the event loop", async () => {
  let going = true
  let round = 0
  const count = () => {
    round++
    if (going) setImmediate(count)
  }
  setImmediate(count)
  const rounds: number[] = []
  const calculate = async () => {
    const turns = new Turns(1)
    for (let turn = 0; turn < 5; turn++) {
      await turns.next()
      rounds.push(round)
    }
  }
  await Promise.all([calculate(), calculate(), calculate()])
  going = false
  expect(new Set(rounds).size).toBe(15)
})
