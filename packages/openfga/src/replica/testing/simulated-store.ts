import type { Clock } from "@gatehouse/kernel"
import type { RelationshipTuple } from "@gatehouse/rebac"
import { unavailable } from "../../wire-client.ts"
import type { FeedChange } from "../change-window.ts"
import type { FeedReader } from "../feed-reader.ts"
import { momentOf } from "../moments.ts"
import type { TimeSighting } from "../server-times.ts"
import { keyOf } from "../tuple-identity.ts"

/** A write that was asked for: its place in the feed is given then, its effect comes when it commits. */
export interface SimulatedWrite {
  readonly user: number
  readonly remove: boolean
  /** A write that changes nothing succeeds without a trace in the feed. */
  readonly ignore: boolean
  readonly commitAfter: number
  /** From the commit to the acknowledgement. */
  readonly acknowledgeAfter: number
}

interface Entry {
  readonly place: number
  readonly change: FeedChange
}

/** Tuples of one page of a load, few so that much can happen between two pages. */
const pageTuples = 2

/**
 * A store as the real server is one, in a time of its own: the feed is in the order in which writes were asked for, by a clock
 * that may jump, and shows them once they are committed. `pass` is called wherever time may pass while somebody waits.
 */
export class SimulatedStore {
  now = 0
  clockOffset = 0
  /**
   * Set by a jump, until an answer has told the new time: two jumps that nobody saw cannot be told from none. Nor can one before
   * the first answer of all; there only the full comparison helps.
   */
  unseenJump = true
  reachable = true
  pass: () => Promise<void> = async () => {}
  readonly #entries: Entry[] = []
  readonly #due: { readonly at: number; readonly happen: () => void }[] = []
  /** For each user when the tuple came and went, oldest first. */
  readonly #history = new Map<number, { readonly at: number; readonly present: boolean }[]>()
  /** Present tuples by the place they were given, as Read lists them. */
  readonly #stored = new Map<number, number>()
  #places = 0

  readonly clock: Clock = {
    nowMilliseconds: () => this.now,
    monotonicMilliseconds: () => this.now,
  }

  static tupleOf(user: number): RelationshipTuple {
    return { user: `user:${user}`, relation: "viewer", object: "document:1" }
  }

  /** Lets time pass, and what falls due happen at its moment. */
  advance(milliseconds: number): void {
    const until = this.now + milliseconds
    for (;;) {
      this.#due.sort((a, b) => a.at - b.at)
      const next = this.#due[0]
      if (next === undefined || next.at > until) break
      this.#due.shift()
      this.now = next.at
      next.happen()
    }
    this.now = until
  }

  jump(milliseconds: number): void {
    if (this.unseenJump) return
    this.unseenJump = true
    this.clockOffset += milliseconds
  }

  /** Asks for a write. Resolves, or throws for one that changes nothing, when it is acknowledged. */
  write({ user, remove, ignore, commitAfter, acknowledgeAfter }: SimulatedWrite): Promise<void> {
    const place = this.now + this.clockOffset
    const number = this.#places++
    return new Promise((resolve, reject) => {
      this.#due.push({
        at: this.now + commitAfter,
        happen: () => {
          const changes = this.isStored(user) === remove
          if (changes) this.#commit(user, remove, place, number)
          const done = changes || ignore
          this.#due.push({
            at: this.now + acknowledgeAfter,
            happen: () => (done ? resolve() : reject(new Error("changes nothing"))),
          })
        },
      })
    })
  }

  isStored(user: number): boolean {
    return this.#history.get(user)?.at(-1)?.present ?? false
  }

  /** True where the tuple was so at some time since `since`. */
  wasStoredSo(user: number, present: boolean, since: number): boolean {
    const history = this.#history.get(user) ?? []
    const later = history.filter(({ at }) => at >= since)
    const before = history.filter(({ at }) => at < since).at(-1)?.present ?? false
    return before === present || later.some((state) => state.present === present)
  }

  #commit(user: number, remove: boolean, place: number, number: number): void {
    const tuple = SimulatedStore.tupleOf(user)
    const change = { key: keyOf(tuple), tuple, removed: remove, mark: `${remove ? "-" : "+"}${number}` }
    this.#entries.push({ place, change })
    const history = this.#history.get(user) ?? []
    this.#history.set(user, [...history, { at: this.now, present: !remove }])
    if (remove) this.#stored.delete(user)
    else this.#stored.set(user, number)
  }

  createReader(onSighting: (sighting: TimeSighting) => void): FeedReader {
    /** Lets a call travel there and back; the answer and its time are of the moment between. */
    const ask = async <Answer>(answer: () => Answer): Promise<Answer> => {
      const asked = momentOf(this.clock)
      await this.pass()
      if (!this.reachable) throw unavailable("no_answer")
      this.unseenJump = false
      const server = Math.floor((this.now + this.clockOffset) / 1_000) * 1_000
      const answered = answer()
      await this.pass()
      onSighting({ server, asked, came: momentOf(this.clock) })
      return answered
    }
    return {
      lookAtStore: () => ask(() => true),
      readWindow: async (start, take) => {
        const changes = await ask(() => {
          if (start >= this.now + this.clockOffset) return undefined
          return this.#entries.filter(({ place }) => place >= start).sort((a, b) => a.place - b.place)
        })
        if (changes === undefined) throw unavailable("start_in_the_future")
        for (const { change } of changes) take(change)
        return true
      },
      readPages: () => this.#readPages(),
      readStored: async (key) => {
        await this.pass()
        if (!this.reachable) throw unavailable("no_answer")
        const user = Number(key.user.slice("user:".length))
        const stored = this.isStored(user) ? SimulatedStore.tupleOf(user) : undefined
        await this.pass()
        return stored
      },
    }
  }

  async *#readPages(): AsyncGenerator<RelationshipTuple[]> {
    let after = -1
    for (;;) {
      await this.pass()
      if (!this.reachable) throw unavailable("no_answer")
      const page = [...this.#stored]
        .filter(([, place]) => place > after)
        .sort(([, a], [, b]) => a - b)
        .slice(0, pageTuples)
      if (page.length === 0) return
      after = page.at(-1)?.[1] ?? after
      await this.pass()
      yield page.map(([user]) => SimulatedStore.tupleOf(user))
    }
  }
}
