import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { FeedReader } from "./feed-reader.ts"
import type { Since, TupleMemory } from "./tuple-memory.ts"

/** Reads of single tuples under way at once: half of the connections of one client. */
const readsAtOnce = 8

/** What is stored under a key, and the moment before it was asked for. */
export interface StoredTuple {
  readonly key: TupleKey
  readonly stored: RelationshipTuple | undefined
  readonly since: Since
}

/**
 * Reads what is stored under each key, a few at once, and gives it to `use`. Nothing is touched meanwhile on behalf of this
 * call; `use` is called once, after all have been read, so what belongs together can be put in together.
 */
export async function readEach<Result>(
  reader: FeedReader,
  memory: TupleMemory,
  keys: readonly TupleKey[],
  use: (found: readonly StoredTuple[]) => Result | Promise<Result>,
): Promise<Result> {
  const since = memory.hold()
  try {
    const found: StoredTuple[] = []
    let next = 0
    const work = async () => {
      for (let key = keys[next++]; key !== undefined; key = keys[next++])
        found.push({ key, stored: await reader.readStored(key), since })
    }
    const workers = Array.from({ length: Math.min(readsAtOnce, keys.length) }, work)
    const outcomes = await Promise.allSettled(workers)
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason
    return await use(found)
  } finally {
    memory.release(since)
  }
}

/** Times that a tuple is read anew because somebody touched it meanwhile. More often, and the caller has to come again. */
const maximumRounds = 4

/** Puts in what is stored under each key. False where some are touched by others again and again. */
export async function settleTuples(
  reader: FeedReader,
  memory: TupleMemory,
  keys: readonly TupleKey[],
): Promise<boolean> {
  let left = keys
  for (let round = 0; left.length > 0 && round < maximumRounds; round++)
    left = await readEach(reader, memory, left, (found) =>
      found.filter(({ key, stored, since }) => !memory.put(key, stored, since)).map(({ key }) => key),
    )
  return left.length === 0
}
