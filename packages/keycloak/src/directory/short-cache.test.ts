import { createManualClock } from "@gatehouse/kernel"
import { expect, test } from "vitest"
import { createShortCache } from "./short-cache.ts"

function counting() {
  const clock = createManualClock()
  const cache = createShortCache<number>(1_000, clock)
  let asked = 0
  const get = (...key: string[]) => cache.get(key, async () => ++asked)
  return { clock, cache, get, asked: () => asked }
}

test("an answer is remembered for its time and no longer, and each key has its own", async () => {
  const { clock, get } = counting()
  expect(await get("acme", "ada")).toBe(1)
  clock.advance(999)
  expect(await get("acme", "ada")).toBe(1)
  expect(await get("acme,ada")).toBe(2)
  expect(await get("acme", "ada", "user")).toBe(3)
  clock.advance(1)
  expect(await get("acme", "ada")).toBe(4)
})

test("concurrent callers share one question", async () => {
  const { get, asked } = counting()
  expect(await Promise.all(Array.from({ length: 20 }, () => get("acme", "ada")))).toEqual(Array(20).fill(1))
  expect(asked()).toBe(1)
})

test("forgetting one principal or an organization asks anew, questions under way included", async () => {
  const { cache, get } = counting()
  const underWay = get("acme", "ada", "user")
  cache.forget(["acme", "ada"])
  expect(await get("acme", "ada", "user")).toBe(2)
  expect(await underWay).toBe(1)
  expect(await get("acme", "ada", "user")).toBe(2)
  await get("globex", "ada", "user")
  cache.forget(["acme"])
  expect(await get("globex", "ada", "user")).toBe(3)
  expect(await get("acme", "ada", "user")).toBe(4)
})

test("a failure is not remembered, and an older failure does not remove a newer answer", async () => {
  const clock = createManualClock()
  const cache = createShortCache<string>(1_000, clock)
  await expect(cache.get(["a"], async () => Promise.reject(new Error("no answer")))).rejects.toThrow(
    "no answer",
  )
  expect(await cache.get(["a"], async () => "fresh")).toBe("fresh")
  let fail = () => {}
  const slow = cache.get(
    ["b"],
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error("late"))
      }),
  )
  cache.forget(["b"])
  const newer = await cache.get(["b"], async () => "newer")
  fail()
  await expect(slow).rejects.toThrow("late")
  expect([newer, await cache.get(["b"], async () => "unasked")]).toEqual(["newer", "newer"])
})

test("memory is bounded", async () => {
  const { get, asked } = counting()
  for (let index = 0; index < 10_001; index++) await get(String(index))
  await get("0")
  expect(asked()).toBe(10_002)
  await get("10000")
  expect(asked()).toBe(10_002)
})
