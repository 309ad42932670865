import { turnsDuring } from "@gatehouse/kernel/testing"
import { expect, test } from "vitest"
import { Turns } from "./turns.ts"

test("of several long calculations one has its turn in each round of the event loop", async () => {
  const rounds: number[] = []
  await turnsDuring(async (round) => {
    const calculate = async () => {
      const turns = new Turns(1)
      for (let turn = 0; turn < 5; turn++) {
        await turns.next()
        rounds.push(round())
      }
    }
    await Promise.all([calculate(), calculate(), calculate()])
  })
  expect(new Set(rounds).size).toBe(15)
})
