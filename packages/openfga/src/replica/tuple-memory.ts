import {
  type CompiledModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  type RelationshipTuple,
  type TupleKey,
  type TupleStore,
} from "@gatehouse/rebac"
import { keyOf } from "./tuple-identity.ts"

/** A moment in the order in which tuples were touched. Held from before a fact is looked up until it has been put in. */
export interface Since {
  readonly moment: number
}

/**
 * The tuples in memory, and for those touched of late, when that was. Several hands put facts in that they learned a while
 * before: polls, own writes, comparisons.
 * INVARIANT: a fact is put in only if nobody has touched the tuple since it was asked for, so an older fact never takes the
 * place of a newer one.
 */
export class TupleMemory {
  readonly tuples: TupleStore = createTupleStore()
  readonly evaluator: Evaluator
  /** The moment at which each tuple was touched last, of those that somebody who holds a `Since` could be too late for. */
  readonly #touched = new Map<string, number>()
  readonly #held = new Set<Since>()
  #moment = 0

  constructor(model: CompiledModel) {
    this.evaluator = createEvaluator(model, this.tuples)
  }

  /** Now, to be held until `release`. */
  hold(): Since {
    const since = { moment: this.#moment }
    this.#held.add(since)
    return since
  }

  release(since: Since): void {
    this.#held.delete(since)
    if (this.#held.size === 0) this.#touched.clear()
  }

  /** True where the tuple was touched since, or where that moment is not one of this memory: it was loaded anew. */
  isTouched(key: TupleKey, since: Since): boolean {
    return !this.#held.has(since) || (this.#touched.get(keyOf(key)) ?? 0) > since.moment
  }

  /** Puts a tuple in (or takes it out, for `undefined`) that was so at `since` or later. False where that may be old news. */
  put(key: TupleKey, stored: RelationshipTuple | undefined, since: Since): boolean {
    if (this.isTouched(key, since)) return false
    this.#moment++
    this.#touched.set(keyOf(key), this.#moment)
    this.tuples.write(stored === undefined ? { deletes: [key] } : { writes: [stored] })
    return true
  }

  /** Forgets touches that were before everything held. */
  forgetTouches(): void {
    let oldest = Number.POSITIVE_INFINITY
    for (const { moment } of this.#held) oldest = Math.min(oldest, moment)
    for (const [key, moment] of this.#touched) if (moment <= oldest) this.#touched.delete(key)
  }
}
