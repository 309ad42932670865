import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { unavailable } from "../wire-client.ts"
import type { FeedReader } from "./feed-reader.ts"
import { pollFeed } from "./poll-feed.ts"
import { keyOf } from "./tuple-identity.ts"
import { TupleMemory } from "./tuple-memory.ts"

const model = compileModel({ schema_version: "1.1", type_definitions: [{ type: "user" }] })
const tupleOf = (index: number) => ({ user: `user:${index}`, relation: "viewer", object: "document:1" })

/** A feed of so many tuples that each came and went, in a store that holds none of them. */
function readerOf(tuples: number, own: Partial<FeedReader> = {}): FeedReader {
  return {
    lookAtStore: async () => true,
    readWindow: async (_, take) => {
      for (let index = 0; index < tuples; index++)
        for (const removed of [false, true]) {
          const tuple = tupleOf(index)
          take({ key: keyOf(tuple), tuple, removed, mark: removed ? "-2" : "+1" })
        }
      return true
    },
    readPages: async function* () {},
    readStored: async () => undefined,
    ...own,
  }
}

function poll(reader: FeedReader, memory = new TupleMemory(model)) {
  const window = { windowStart: 0, seen: new Map(), reachesBack: false }
  return pollFeed({ reader, memory, ...window, forced: new Map(), onMixedState: () => {} })
}

test("tuples that came and went are read one by one, while that is less than to load", async () => {
  const memory = new TupleMemory(model)
  memory.tuples.write({ writes: [tupleOf(3)] })
  expect(await poll(readerOf(1_000), memory)).toMatchObject({ kind: "complete" })
  expect(memory.tuples.size).toBe(0)
})

test("more single reads than a load would take pages, and more changes than a window holds, mean a load", async () => {
  expect(await poll(readerOf(1_001))).toEqual({ kind: "reload" })
  expect(await poll(readerOf(0, { readWindow: async () => false }))).toEqual({ kind: "reload" })
})

test("a store that is gone is gone, even where its feed says nothing", async () => {
  const reader = readerOf(0, {
    lookAtStore: async () => false,
    readWindow: async () => {
      throw unavailable("no_answer")
    },
  })
  expect(await poll(reader)).toEqual({ kind: "gone" })
})

test("a single read that fails leaves memory as it was", async () => {
  const memory = new TupleMemory(model)
  memory.tuples.write({ writes: [tupleOf(0)] })
  const reader = readerOf(2, {
    readStored: async ({ user }) => {
      if (user === "user:1") throw unavailable("no_answer")
      return undefined
    },
  })
  await expect(poll(reader, memory)).rejects.toMatchObject({ code: "authz.unavailable" })
  expect(memory.tuples.has(tupleOf(0))).toBe(true)
})

test("what the feed said before an own write was acknowledged does not take its place", async () => {
  const memory = new TupleMemory(model)
  const tuple = tupleOf(0)
  const since = memory.hold()
  let read = 0
  const reader = readerOf(0, {
    readWindow: async (_, take) => {
      take({ key: keyOf(tuple), tuple, removed: false, mark: "+1" })
      memory.put(tuple, undefined, since)
      return true
    },
    readStored: async () => {
      read++
      return undefined
    },
  })
  expect(await poll(reader, memory)).toMatchObject({ kind: "complete" })
  expect(memory.tuples.has(tuple)).toBe(false)
  expect(read).toBe(1)
})

test("what a single read said before an own write was acknowledged does not take its place", async () => {
  const memory = new TupleMemory(model)
  const since = memory.hold()
  const stored = [tupleOf(0), undefined]
  const reader = readerOf(1, {
    readStored: async (key) => {
      const found = stored.shift()
      if (found !== undefined) memory.put(key, undefined, since)
      return found
    },
  })
  expect(await poll(reader, memory)).toMatchObject({ kind: "complete" })
  expect(memory.tuples.has(tupleOf(0))).toBe(false)
  expect(stored).toEqual([])
})
