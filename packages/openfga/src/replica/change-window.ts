import type { RelationshipTuple } from "@gatehouse/rebac"

/** One entry of the feed. `key` is the tuple's identity; `mark` tells the changes of one tuple apart. */
export interface FeedChange {
  readonly key: string
  readonly tuple: RelationshipTuple
  readonly removed: boolean
  readonly mark: string
}

/** The changes of one tuple in a window, in the feed's order, and where in the window the first of them stands. */
interface TupleChanges {
  readonly place: number
  readonly changes: FeedChange[]
}

/** What the last complete poll saw, by tuple. */
export type SeenChanges = ReadonlyMap<string, TupleChanges>

/** What a window says of a tuple that changed. `certain`: the change's effect is what is stored. Else that has to be read. */
export interface WindowDecision {
  readonly change: FeedChange
  readonly certain: boolean
}

/**
 * A window of the feed, and what it means. The feed's order may differ from the order of commits, so it is trusted only where
 * it cannot mislead: all that was committed since the last poll lies in the window, thus a tuple whose one change there is
 * new has had no other since. A tuple with several, or with one that appears before what was seen already, is not certain.
 * Pure, and in steps: whoever adds and decides may rest in between.
 */
export class ChangeWindow {
  readonly #before: SeenChanges
  readonly #reachesBack: boolean
  readonly #seen = new Map<string, TupleChanges>()
  #size = 0
  #lastKnownPlace = -1

  /** `reachesBack`: the window begins before the last one did, so what it shows there was perhaps seen long ago. */
  constructor(before: SeenChanges, reachesBack: boolean) {
    this.#before = before
    this.#reachesBack = reachesBack
  }

  /** What was added, for the next window, if this poll is completed. */
  get seen(): SeenChanges {
    return this.#seen
  }

  /** Takes the next change, in the feed's order. */
  add(change: FeedChange): void {
    const place = this.#size++
    const others = this.#seen.get(change.key)
    if (others === undefined) this.#seen.set(change.key, { place, changes: [change] })
    else others.changes.push(change)
    if (isKnown(change, this.#before.get(change.key))) this.#lastKnownPlace = place
  }

  /** Every tuple with a change that the last poll did not see, each once. */
  *decide(): Generator<WindowDecision> {
    for (const [key, { place, changes }] of this.#seen) {
      const before = this.#before.get(key)
      if (isEndOf(changes, before?.changes ?? [])) continue
      const change = changes[0] as FeedChange
      const isLate = this.#reachesBack || place < this.#lastKnownPlace
      yield { change, certain: changes.length === 1 && !isLate && !isKnown(change, before) }
    }
  }
}

function isKnown({ mark }: FeedChange, before: TupleChanges | undefined): boolean {
  return before?.changes.some((known) => known.mark === mark) === true
}

/** True where nothing was added: the window has moved on, and only early changes have left it. */
function isEndOf(now: readonly FeedChange[], before: readonly FeedChange[]): boolean {
  const gone = before.length - now.length
  return gone >= 0 && now.every(({ mark }, index) => mark === before[gone + index]?.mark)
}
