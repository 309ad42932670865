import { setTimeout as sleep } from "node:timers/promises"
import { parseObject, type RelationshipTuple } from "@gatehouse/rebac"
import { unavailable } from "../wire-client.ts"
import { FingerprintSet } from "./fingerprint-set.ts"
import type { StoreFollower } from "./follow-store.ts"
import type { ReplicaComparison } from "./replica-options.ts"
import { readEach } from "./settle-tuples.ts"
import { TimeSlices } from "./time-slices.ts"
import { isSameTuple, keyOf } from "./tuple-identity.ts"
import type { TupleMemory } from "./tuple-memory.ts"

/** Tuples looked at one by one because they seemed to differ. Beyond, memory is loaded anew, which repairs everything. */
const maximumCandidates = 10_000
/** Candidates looked at together. */
const candidatesAtOnce = 100
/** Tuples of memory walked over in one step. */
const partTuples = 500
/** Waits for the poll that says whether the feed knew of a difference. Longer, and the replica is behind anyway. */
const pollWaitMilliseconds = 10_000
/** Waits at least so long between pages, and as long as the last page took: half of one connection at most. */
const minimumPauseMilliseconds = 1

/** Tuples that are stored but not in memory so, and those in memory that were not met in the store; by key. */
interface Candidates {
  readonly compared: number
  readonly missing: ReadonlyMap<string, RelationshipTuple>
  readonly extra: ReadonlyMap<string, RelationshipTuple>
}

/**
 * Compares memory with everything that is stored, and repairs what differs without the feed knowing why. Throws
 * `authz.unavailable` where the server does not answer, or where memory was loaded anew meanwhile.
 */
export async function compareTuples(follower: StoreFollower): Promise<ReplicaComparison> {
  const memory = follower.usable
  if (memory === undefined) throw unavailable("replica_not_following")
  const { compared, missing, extra } = await findCandidates(follower, memory)
  if (missing.size + extra.size <= maximumCandidates)
    return {
      compared,
      ...summaryOf(
        await repairEach(follower, memory, [...missing.values()]),
        await repairEach(follower, memory, [...extra.values()]),
      ),
    }
  follower.reload()
  return { compared, ...summaryOf([...missing.values()], [...extra.values()]) }
}

async function findCandidates(follower: StoreFollower, memory: TupleMemory): Promise<Candidates> {
  const met = new FingerprintSet(memory.tuples.size)
  const missing = new Map<string, RelationshipTuple>()
  const extra = new Map<string, RelationshipTuple>()
  let compared = 0
  let asked = performance.now()
  for await (const page of follower.reader.readPages()) {
    requireSame(follower, memory)
    for (const tuple of page) {
      const key = keyOf(tuple)
      met.add(key)
      if (missing.size <= maximumCandidates && !isSameTuple(memory.tuples.get(tuple), tuple))
        missing.set(key, tuple)
    }
    compared += page.length
    await sleep(Math.max(minimumPauseMilliseconds, performance.now() - asked))
    asked = performance.now()
  }
  const slices = new TimeSlices()
  for (const part of memory.tuples.walk(partTuples)) {
    for (const tuple of part) {
      const key = keyOf(tuple)
      if (extra.size <= maximumCandidates && !met.has(key)) extra.set(key, tuple)
    }
    if (slices.isOver) await slices.rest()
    requireSame(follower, memory)
  }
  return { compared, missing, extra }
}

/** Gives the tuples that really differed. They are repaired. */
async function repairEach(
  follower: StoreFollower,
  memory: TupleMemory,
  keys: readonly RelationshipTuple[],
): Promise<RelationshipTuple[]> {
  const differed: RelationshipTuple[] = []
  for (let start = 0; start < keys.length; start += candidatesAtOnce)
    differed.push(...(await repair(follower, memory, keys.slice(start, start + candidatesAtOnce))))
  return differed
}

/** A difference that a poll begun afterwards does not explain is none that the feed will ever explain. */
async function repair(
  follower: StoreFollower,
  memory: TupleMemory,
  keys: readonly RelationshipTuple[],
): Promise<RelationshipTuple[]> {
  return readEach(follower.reader, memory, keys, async (found) => {
    const differing = found.filter(({ key, stored }) => !isSameTuple(memory.tuples.get(key), stored))
    if (differing.length === 0) return []
    if (!(await follower.signals.next(pollWaitMilliseconds))) throw unavailable("replica_not_following")
    requireSame(follower, memory)
    return differing.filter(({ key, stored, since }) => memory.put(key, stored, since)).map(({ key }) => key)
  })
}

function requireSame(follower: StoreFollower, memory: TupleMemory): void {
  if (follower.memory !== memory) throw unavailable("replica_loaded_anew")
}

function summaryOf(
  missing: readonly RelationshipTuple[],
  extra: readonly RelationshipTuple[],
): Omit<ReplicaComparison, "compared"> {
  const types = [...missing, ...extra].map(({ object }) => parseObject(object)?.type ?? "")
  return { missing: missing.length, extra: extra.length, objectTypes: [...new Set(types)].sort() }
}
