import type { RelationshipTuple } from "@gatehouse/rebac"

/** One entry of the feed. `key` is the tuple's identity; `mark` tells the changes of one tuple apart. */
export interface FeedChange {
  readonly key: string
  readonly tuple: RelationshipTuple
  readonly removed: boolean
  readonly mark: string
}

/** What the last complete poll saw: for each tuple the marks of its changes, in the feed's order. */
export type SeenChanges = ReadonlyMap<string, readonly string[]>

/** A window of the feed, and what was known before it was read. */
export interface ChangeWindow {
  /** In the feed's order, which is not the order of commits. */
  readonly changes: readonly FeedChange[]
  readonly seen: SeenChanges
  /** True where this window begins before the last one did: what it shows there was perhaps seen long ago. */
  readonly reachesBack: boolean
}

/** What a window says, a tuple in at most one of both lists. */
export interface WindowDecision {
  /** Their effect is what is stored: the tuple's one change in the window, new, and behind all that was known. */
  readonly apply: readonly FeedChange[]
  /** Tuples, by key, of which the feed only says that they changed: what is stored has to be read. */
  readonly settle: ReadonlyMap<string, RelationshipTuple>
  /** For the next window, if this poll is completed. */
  readonly seen: SeenChanges
}

/**
 * Decides what a window of the feed means. The feed's order may differ from the order of commits, so it is trusted only
 * where it cannot mislead: all that was committed since the last poll lies in the window, thus a tuple whose one change there
 * is new has had no other since. A tuple with several, or with one that appears before what was seen already, is settled.
 */
export function decideWindow({ changes, seen, reachesBack }: ChangeWindow): WindowDecision {
  const lists = new Map<string, FeedChange[]>()
  let lastKnown = -1
  for (const [place, change] of changes.entries()) {
    const list = lists.get(change.key)
    if (list === undefined) lists.set(change.key, [change])
    else list.push(change)
    if (seen.get(change.key)?.includes(change.mark) === true) lastKnown = place
  }
  const late = new Set<string>()
  for (let place = 0; place < lastKnown; place++) late.add((changes[place] as FeedChange).key)
  const apply: FeedChange[] = []
  const settle = new Map<string, RelationshipTuple>()
  const marks = new Map<string, readonly string[]>()
  for (const [key, list] of lists) {
    const now = list.map(({ mark }) => mark)
    const before = seen.get(key) ?? []
    marks.set(key, now)
    if (isEndOf(now, before)) continue
    const [only] = list as [FeedChange]
    const isNew = list.length === 1 && !before.includes(only.mark)
    if (isNew && !reachesBack && !late.has(key)) apply.push(only)
    else settle.set(key, only.tuple)
  }
  return { apply, settle, seen: marks }
}

/** True where nothing was added: the window has moved on, and only early changes have left it. */
function isEndOf(now: readonly string[], before: readonly string[]): boolean {
  const gone = before.length - now.length
  return gone >= 0 && now.every((mark, index) => mark === before[gone + index])
}
