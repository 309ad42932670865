import { setImmediate as turn } from "node:timers/promises"
import { compileModel } from "@gatehouse/rebac"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { unavailable } from "../wire-client.ts"
import { Comparisons } from "./comparisons.ts"
import { StoreFollower } from "./follow-store.ts"
import { momentOf } from "./moments.ts"
import { defaultTimings } from "./replica-options.ts"
import { SimulatedStore } from "./testing/simulated-store.ts"

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }))
afterEach(() => void vi.useRealTimers())

const minute = 60_000

test("a comparison that came to nothing is tried again after a minute, and the next one is ten minutes later", async () => {
  const store = new SimulatedStore()
  let reachable = true
  let begun = 0
  const follower = new StoreFollower({
    createReader: (onSighting) => {
      const reader = store.createReader(onSighting)
      return {
        ...reader,
        readPages: () => {
          begun++
          if (!reachable) throw unavailable("cut")
          return reader.readPages()
        },
      }
    },
    readModel: async () => compileModel({ schema_version: "1.1", type_definitions: [{ type: "user" }] }),
    clock: store.clock,
    timings: defaultTimings,
    logger: undefined,
  })
  const warnings: object[] = []
  const logger = { info: () => {}, warn: (reason: object) => void warnings.push(reason), error: () => {} }
  const comparisons = new Comparisons({ follower, timings: defaultTimings, logger, onAlarm: undefined })
  /** Comparisons that began within so many minutes. */
  const pass = async (minutes: number) => {
    const before = begun
    await vi.advanceTimersByTimeAsync(minutes * minute)
    while (vi.getTimerCount() === 0) await turn()
    return begun - before
  }

  // Nothing is loaded yet, so there is nothing to compare.
  expect(await pass(10)).toBe(0)
  await follower.step(momentOf(store.clock))
  begun = 0
  reachable = false
  expect(await pass(1)).toBe(1)
  expect(await pass(1)).toBe(1)
  expect(warnings).toEqual([{ reason: "cut" }, { reason: "cut" }])
  reachable = true
  expect(await pass(1)).toBe(1)
  expect(await pass(9)).toBe(0)
  expect(await pass(1)).toBe(1)
  expect(warnings).toHaveLength(2)
  comparisons.stop()
})
