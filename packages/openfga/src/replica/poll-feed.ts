import type { RelationshipTuple } from "@gatehouse/rebac"
import { unavailable } from "../wire-client.ts"
import { ChangeWindow, type FeedChange, type SeenChanges } from "./change-window.ts"
import type { FeedReader } from "./feed-reader.ts"
import { readEach, type StoredTuple, settleTuples } from "./settle-tuples.ts"
import { TimeSlices } from "./time-slices.ts"
import type { Since, TupleMemory } from "./tuple-memory.ts"

/** Reads of single tuples that one poll may do, unless a load from the beginning would take more reads than that. */
const maximumSettledTuples = 1_000
/** The wire gives so many tuples a page when all are loaded. */
const tuplesPerPage = 100

/** What one poll works with. */
export interface Poll {
  readonly reader: FeedReader
  readonly memory: TupleMemory
  readonly windowStart: number
  readonly seen: SeenChanges
  readonly reachesBack: boolean
  /** Tuples to settle whatever the feed says, by key. */
  readonly forced: ReadonlyMap<string, RelationshipTuple>
  /** Told before memory is changed in several steps: until the poll ends it mixes two states. */
  readonly onMixedState: () => void
}

/**
 * `complete`: memory knows every change committed before the poll began. `gone`: the store was deleted. `reload`: there is so
 * much to do that loading from the beginning is less.
 */
export type PollOutcome =
  | { readonly kind: "complete"; readonly seen: SeenChanges }
  | { readonly kind: "gone" | "reload" }

/** Brings memory to where the store is. Throws `authz.unavailable` where the server does not say; memory is then no worse. */
export async function pollFeed(poll: Poll): Promise<PollOutcome> {
  const { reader, memory } = poll
  const since = memory.hold()
  let isOver = false
  try {
    const window = new ChangeWindow(poll.seen, poll.reachesBack)
    const reading = reader.readWindow(poll.windowStart, (change) => {
      if (isOver) throw unavailable("poll_is_over")
      window.add(change)
    })
    // Looked at first: a store that is gone is gone, whatever the feed says or does not say.
    reading.catch(() => undefined)
    if (!(await reader.lookAtStore())) return { kind: "gone" }
    if (!(await reading)) return { kind: "reload" }
    const { certain, uncertain } = await sort(poll, window)
    if (uncertain.length > Math.max(maximumSettledTuples, memory.tuples.size / tuplesPerPage))
      return { kind: "reload" }
    const touched = await readEach(reader, memory, uncertain, (found) => putIn(poll, certain, found, since))
    if (!(await settleTuples(reader, memory, touched))) throw unavailable("tuples_change_too_fast")
    return { kind: "complete", seen: window.seen }
  } finally {
    isOver = true
    memory.release(since)
    memory.forgetTouches()
  }
}

/** What to put in as the feed says it, and what to read before. */
async function sort(
  { forced }: Poll,
  window: ChangeWindow,
): Promise<{ certain: FeedChange[]; uncertain: RelationshipTuple[] }> {
  const certain: FeedChange[] = []
  const uncertain = new Map(forced)
  const slices = new TimeSlices()
  for (const decision of window.decide()) {
    const { change } = decision
    if (!decision.certain) uncertain.set(change.key, change.tuple)
    else if (!forced.has(change.key)) certain.push(change)
    if (slices.isOver) await slices.rest()
  }
  return { certain, uncertain: [...uncertain.values()] }
}

/** Puts in everything that was collected; in one step, unless that is too much for one. Gives what others touched meanwhile. */
async function putIn(
  { memory, onMixedState }: Poll,
  changes: readonly FeedChange[],
  found: readonly StoredTuple[],
  since: Since,
): Promise<RelationshipTuple[]> {
  const touched: RelationshipTuple[] = []
  const slices = new TimeSlices()
  const rest = async () => {
    onMixedState()
    await slices.rest()
  }
  for (const { tuple, removed } of changes) {
    if (!memory.put(tuple, removed ? undefined : tuple, since)) touched.push(tuple)
    if (slices.isOver) await rest()
  }
  for (const { key, stored, since } of found) {
    if (!memory.put(key, stored, since)) touched.push(key)
    if (slices.isOver) await rest()
  }
  return touched
}
