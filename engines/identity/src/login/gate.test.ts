import { expect, test } from "vitest"
import { createGate } from "./gate.ts"

test("lets so many in at once, in the order in which they came, and turns away whoever finds no room", async () => {
  const gate = createGate(2, 3)
  let [inside, most] = [0, 0]
  const order: number[] = []
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      gate(async () => {
        order.push(index)
        inside += 1
        most = Math.max(most, inside)
        await new Promise((resolve) => setTimeout(resolve, 5))
        inside -= 1
        return index
      }),
    ),
  )
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(results).toEqual([0, 1, 2, 3, 4, "full", "full", "full"])
})

test("is free again after work that failed", async () => {
  const gate = createGate(1, 0)
  await expect(gate(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
  expect(await gate(async () => "next")).toBe("next")
})
