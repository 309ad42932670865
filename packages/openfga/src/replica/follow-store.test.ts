import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { unavailable } from "../wire-client.ts"
import type { FeedReader } from "./feed-reader.ts"
import { StoreFollower } from "./follow-store.ts"
import { momentOf } from "./moments.ts"
import { OwnWrites } from "./own-writes.ts"
import { defaultTimings } from "./replica-options.ts"
import { SimulatedStore, type SimulatedWrite } from "./testing/simulated-store.ts"
import { keyOf } from "./tuple-identity.ts"

const model = compileModel({ schema_version: "1.1", type_definitions: [{ type: "user" }] })
const tuple = SimulatedStore.tupleOf(0)
const prompt: SimulatedWrite = { user: 0, remove: false, ignore: false, commitAfter: 0, acknowledgeAfter: 0 }

/** A follower of a simulated store, whose reader `change` makes another. */
function following(change: (reader: FeedReader, store: SimulatedStore) => Partial<FeedReader> = () => ({})) {
  const store = new SimulatedStore()
  store.advance(100_000)
  const follower = new StoreFollower({
    createReader: (onSighting) => {
      const reader = store.createReader(onSighting)
      return { ...reader, ...change(reader, store) }
    },
    readModel: async () => model,
    clock: store.clock,
    timings: defaultTimings,
    logger: undefined,
  })
  return { store, follower, step: () => follower.step(momentOf(store.clock)) }
}

async function writeNow(store: SimulatedStore, write: Partial<SimulatedWrite> = {}): Promise<void> {
  const writing = store.write({ ...prompt, ...write })
  store.advance(0)
  await writing
}

test.each([-15_000, -25_000, -39_000])(
  "a server's clock set back by %d ms in an outage hides no change from the first poll after it",
  async (jump) => {
    const { store, follower, step } = following()
    await writeNow(store)
    await step()
    store.advance(500)
    store.jump(jump)
    await writeNow(store, { remove: true })
    store.advance(30_000)
    for (let attempt = 0; attempt < 3; attempt++) {
      await step()
      expect(follower.usable?.tuples.has(tuple) ?? false).toBe(false)
    }
    expect(follower.state).toBe("following")
  },
)

test("a change that was asked for before the clock was put forward is known after a load, however late it commits", async () => {
  const { store, follower, step } = following()
  await writeNow(store)
  await step()
  const removing = store.write({ ...prompt, remove: true, commitAfter: 5_000 })
  store.jump(60_000)
  await step()
  follower.reload()
  await step()
  expect(follower.loads).toBe(2)
  store.advance(5_000)
  await removing
  await step()
  expect(follower.usable?.tuples.has(tuple)).toBe(false)
})

test("a change that was done with long ago and comes into view again, as the clock goes back, is not taken for a new one", async () => {
  const { store, follower, step } = following()
  const follow = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      store.advance(1_000)
      await step()
    }
  }
  await step()
  await writeNow(store)
  await follow(30)
  // The removal stands before the write in the feed, and leaves the window before it.
  store.jump(-35_000)
  await writeNow(store, { remove: true })
  await follow(25)
  store.jump(-21_000)
  await follow(3)
  expect(follower.usable?.tuples.has(tuple)).toBe(false)
})

test("while an acknowledged own write could not be put in, memory does not answer", async () => {
  let isReadable = true
  const { store, follower, step } = following((reader) => ({
    readStored: async (key) => {
      if (!isReadable) throw unavailable("no_answer")
      return reader.readStored(key)
    },
  }))
  await writeNow(store)
  await step()
  const own = new OwnWrites(follower)
  const removing = own.write({ deletes: [tuple] }, async () => {
    await writeNow(store, { remove: true })
    await writeNow(store)
    // The poll touches the tuple, so the acknowledgement does not tell what is stored.
    await step()
    await writeNow(store, { remove: true })
    isReadable = false
  })
  await removing
  expect(follower.usable).toBeUndefined()
  await step()
  expect(follower.usable).toBeUndefined()
  isReadable = true
  await step()
  expect(follower.usable?.tuples.has(tuple)).toBe(false)
})

test("a tuple that has to be settled since a poll began is settled by the next", async () => {
  const { store, follower, step } = following()
  await step()
  store.pass = async () => {
    store.pass = async () => {}
    follower.force(tuple)
  }
  await step()
  expect(follower.usable).toBeUndefined()
  await step()
  expect(follower.usable?.tuples.has(tuple)).toBe(false)
})

test("a load that failed for twenty minutes succeeds as soon as it can, and reads no more of the feed than two overlaps", async () => {
  let isReadable = false
  const windows: number[] = []
  const { store, follower, step } = following((reader, { clock }) => ({
    readWindow: (start, take) => {
      windows.push(clock.nowMilliseconds() - start)
      return reader.readWindow(start, take)
    },
    readPages: () => {
      if (!isReadable) throw unavailable("no_answer")
      return reader.readPages()
    },
  }))
  for (let second = 0; second < 1_200; second++) {
    await step()
    store.advance(1_000)
  }
  isReadable = true
  await step()
  expect(follower.state).toBe("following")
  expect(Math.max(...windows)).toBeLessThanOrEqual(2 * defaultTimings.overlapMilliseconds)
})

test("changes too many for one step are seen all or not at all", async () => {
  const many = 60_000
  let isMany = false
  const { store, follower, step } = following((reader) => ({
    readWindow: async (start, take) => {
      for (let index = 0; isMany && index < many; index++) {
        const added = SimulatedStore.tupleOf(index)
        take({ key: keyOf(added), tuple: added, removed: false, mark: "+" })
      }
      return reader.readWindow(start, () => {})
    },
  }))
  await step()
  isMany = true
  store.advance(250)
  const seen = new Set<number | undefined>()
  let going = true
  const look = () => {
    seen.add(follower.usable?.tuples.size)
    if (going) setImmediate(look)
  }
  look()
  await step()
  going = false
  look()
  expect(seen).toEqual(new Set([0, undefined, many]))
})

test("a store that was deleted while its tuples are loaded is noticed by whoever would ask the server", async () => {
  let isThere = true
  const { store, follower } = following(() => ({
    lookAtStore: async () => isThere,
  }))
  await follower.requireStore()
  isThere = false
  await follower.requireStore()
  store.advance(1_001)
  await expect(follower.requireStore()).rejects.toMatchObject({ code: "authz.unavailable" })
  expect(follower.state).toBe("gone")
})

test("a poll that failed reads no further pages of its window", async () => {
  let taken = 0
  let reading: Promise<boolean> | undefined
  const { step, store } = following((reader) => ({
    lookAtStore: async () => {
      if (taken > 0) throw unavailable("no_answer")
      return reader.lookAtStore()
    },
    readWindow: (start, take) => {
      if (taken === 0) return reader.readWindow(start, take)
      reading = (async () => {
        for (let page = 0; page < 10; page++) {
          await new Promise((resolve) => setImmediate(resolve))
          take({ key: "", tuple, removed: false, mark: "" })
          taken++
        }
        return true
      })()
      return reading
    },
  }))
  await step()
  taken = 1
  store.advance(250)
  expect(await step()).toBe(false)
  await expect(reading).rejects.toMatchObject({ code: "authz.unavailable" })
  expect(taken).toBe(1)
})

test("whoever waits for a poll is told at once that none will come", async () => {
  const { follower } = following()
  const waiting = follower.signals.next(60_000)
  follower.stop()
  expect(await waiting).toBe(false)
  expect(await follower.signals.next(60_000)).toBe(false)
})
