import type { Clock } from "@gatehouse/kernel"
import {
  type CompiledModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  type RelationshipTuple,
  type TupleKey,
  type TupleStore,
} from "@gatehouse/rebac"
import {
  type Change,
  isSamePlace,
  type LogPlace,
  type LogRun,
  logStart,
  type Storage,
  type StoreHead,
} from "../storage/storage.ts"

/** Answers younger than this are given at once; older ones are too, but the view looks at the database meanwhile. */
const refreshAfterMilliseconds = 250
/** The bound on a wrong yes (ARCHITECTURE.md, "The replica"): beyond it no answer is given before the view has caught up. */
const maximumLagMilliseconds = 1_000
/** Changes read at once from the log. */
const catchUpPageChanges = 1_000
/** Further behind than this, the store is loaded anew: cheaper, and what is buffered stays bounded. */
const maximumCatchUpChanges = 20_000

/** How current an answer must be: within the lag bound, or knowing every write acknowledged before the question. */
export type Freshness = "bounded" | "current"

/**
 * One store's tuples in memory, following the change log in position order. Each step applies whole transactions, so no
 * question sees a part of one.
 */
export interface StoreView {
  readonly latestModelId: string | undefined
  /** Resolves when the view is as fresh as asked; false where the store is gone. Throws where the database does not answer. */
  freshen(freshness: Freshness): Promise<boolean>
  /** The position is known to be committed: nothing is answered below it. */
  require(position: number): void
  /** Forgets when the view last agreed with the database, so that the next question looks first. */
  doubt(): void
  /** Applies what this process has just committed. */
  apply(run: LogRun): void
  /** Answers questions about these tuples under a model. */
  evaluator(model: CompiledModel): Evaluator
}

/** Loads a store into memory; undefined for an unknown one. */
export async function loadStoreView(
  storage: Storage,
  store: string,
  clock: Clock,
): Promise<StoreView | undefined> {
  const view = new FollowingView(storage, store, clock)
  return (await view.load()) ? view : undefined
}

class FollowingView implements StoreView {
  readonly #storage: Storage
  readonly #store: string
  readonly #clock: Clock
  #tuples: TupleStore = createTupleStore()
  #evaluators = new WeakMap<CompiledModel, Evaluator>()
  /** The last change that is in memory. */
  #at: LogPlace = logStart
  #requiredPosition = 0
  #latestModelId: string | undefined
  #confirmedMonotonic = Number.NEGATIVE_INFINITY
  #confirmedWall = Number.NEGATIVE_INFINITY
  #doubts = 0
  #running: Promise<boolean> | undefined
  #next: Promise<boolean> | undefined

  constructor(storage: Storage, store: string, clock: Clock) {
    this.#storage = storage
    this.#store = store
    this.#clock = clock
  }

  get latestModelId(): string | undefined {
    return this.#latestModelId
  }

  async load(): Promise<boolean> {
    const started = this.#now()
    const required = this.#requiredPosition
    const tuples = createTupleStore()
    const head = await this.#storage.loadTuples(this.#store, (batch) => tuples.write({ writes: batch }))
    if (head === undefined) return false
    // A write of this process may have been applied to the old tuples meanwhile; what is loaded lacks nothing up to its head.
    this.#tuples = tuples
    this.#evaluators = new WeakMap()
    this.#at = { position: head.position, microseconds: head.microseconds }
    // What was required before is in what was loaded, or was lost with an older log.
    if (this.#requiredPosition === required) this.#requiredPosition = head.position
    this.#confirm(head, started)
    return true
  }

  async freshen(freshness: Freshness): Promise<boolean> {
    if (freshness === "current" || this.#at.position < this.#requiredPosition) return this.#catchUp()
    const age = this.#ageMilliseconds()
    if (age > maximumLagMilliseconds) return this.#catchUp()
    // A failure here is not swallowed: the age goes on growing, and the question that finds it too great meets it.
    if (age > refreshAfterMilliseconds && this.#running === undefined) this.#catchUp().catch(() => undefined)
    return true
  }

  require(position: number): void {
    this.#requiredPosition = Math.max(this.#requiredPosition, position)
  }

  doubt(): void {
    this.#doubts++
    this.#confirmedMonotonic = Number.NEGATIVE_INFINITY
  }

  apply({ after, changes }: LogRun): void {
    const last = changes.at(-1)
    if (last === undefined) return
    this.require(last.position)
    const known = [after, ...changes].findIndex((place) => isSamePlace(place, this.#at))
    // With a gap before them, or another log, they wait: `require` makes the next question read the log.
    if (known === -1 || known === changes.length) return
    this.#tuples.write(lastOfEachKey(changes.slice(known)))
    this.#at = { position: last.position, microseconds: last.microseconds }
  }

  evaluator(model: CompiledModel): Evaluator {
    let evaluator = this.#evaluators.get(model)
    if (evaluator === undefined) {
      evaluator = createEvaluator(model, this.#tuples)
      this.#evaluators.set(model, evaluator)
    }
    return evaluator
  }

  /** Joins a look at the database that begins after this call. */
  #catchUp(): Promise<boolean> {
    if (this.#running === undefined) {
      this.#running = this.#followLog().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => false)
      .then(() => {
        this.#next = undefined
        return this.#catchUp()
      })
    return this.#next
  }

  async #followLog(): Promise<boolean> {
    const started = this.#now()
    const known = this.#at
    const head = await this.#storage.readHead(this.#store)
    if (head === undefined) return false
    const isFar = head.position - known.position > maximumCatchUpChanges
    if (isFar || !mayHold(head, known)) return this.load()
    const run = await this.#readLog(head.position)
    if (run === undefined) return false
    // A log that was put back between the looks ends elsewhere, perhaps within a transaction.
    const last = run.changes.at(-1)
    if (last !== undefined && !isSamePlace(last, head)) return this.load()
    this.apply(run)
    if (!mayHold(this.#at, head)) return this.load()
    this.#confirm(head, started)
    return true
  }

  /** From the last change in memory on, which is read again: there it shows whether it is the same log. Undefined for a store that has gone. */
  async #readLog(upTo: number): Promise<LogRun | undefined> {
    const known = this.#at
    const changes: Change[] = []
    for (let after = Math.max(0, known.position - 1); after < upTo; ) {
      const page = await this.#storage.readChanges(this.#store, {
        afterPosition: after,
        limit: catchUpPageChanges,
      })
      if (page === undefined) return undefined
      // The head is a transaction's end; what was committed since may be cut within one, and comes next time.
      changes.push(...page.filter(({ position }) => position <= upTo))
      after = page.at(-1)?.position ?? upTo
    }
    if (known.position === 0) return { after: logStart, changes }
    const [after = logStart, ...rest] = changes
    return { after, changes: rest }
  }

  #confirm(head: StoreHead, started: Moment): void {
    this.#latestModelId = head.latestModelId
    // A doubt that arose after the look at the database stays.
    if (started.doubts !== this.#doubts) return
    this.#confirmedMonotonic = started.monotonic
    this.#confirmedWall = started.wall
  }

  /** The greater of both clocks' differences: a suspended machine stops the monotonic one. */
  #ageMilliseconds(): number {
    const { monotonic, wall } = this.#now()
    return Math.max(monotonic - this.#confirmedMonotonic, wall - this.#confirmedWall)
  }

  #now(): Moment {
    return {
      monotonic: this.#clock.monotonicMilliseconds(),
      wall: this.#clock.nowMilliseconds(),
      doubts: this.#doubts,
    }
  }
}

/**
 * False where a log that ends there can't have the place: one of the two is a database's before it was put back, and what was lost
 * must not go on counting. An end beyond the place says nothing about it.
 */
function mayHold(end: LogPlace, place: LogPlace): boolean {
  return end.position > place.position || isSamePlace(end, place)
}

interface Moment {
  readonly doubts: number
  readonly monotonic: number
  readonly wall: number
}

/** What a run of changes comes to for each tuple: the store's own write takes deletes first, so order must not matter. */
function lastOfEachKey(changes: readonly Change[]): { writes: RelationshipTuple[]; deletes: TupleKey[] } {
  const last = new Map<string, Change>()
  for (const change of changes) {
    const { object, relation, user } = change.tuple
    last.set(JSON.stringify([object, relation, user]), change)
  }
  const writes: RelationshipTuple[] = []
  const deletes: TupleKey[] = []
  for (const { operation, tuple } of last.values()) (operation === "write" ? writes : deletes).push(tuple)
  return { writes, deletes }
}
