import { assertDefined, type PartHealth } from "@gatehouse/kernel"
import type { Evaluator, Explanation, RelationshipTuple } from "@gatehouse/rebac"
import type {
  Authorizer,
  CheckOutcome,
  CheckQuery,
  Consistency,
  ListObjectsOutcome,
  ListObjectsQuery,
  ListUsersOutcome,
  ListUsersQuery,
  ReadFilter,
  TupleChange,
} from "../authorizer.ts"
import {
  checkInMemory,
  explainInMemory,
  listObjectsInMemory,
  listUsersInMemory,
} from "./answer-from-memory.ts"
import type { StoreFollower } from "./follow-store.ts"
import type { ReplicaTimings } from "./replica-options.ts"
import { LoopTurn } from "./time-slices.ts"

/** A question of any kind, with what it says of how current the answer must be. */
interface Asked {
  readonly consistency?: Consistency | undefined
}

/** Decides for each question who answers it: memory where it is as current as asked, else the server, else nobody. */
export class ReplicaAnswers {
  readonly #follower: StoreFollower
  readonly #remote: Authorizer
  readonly #timings: ReplicaTimings
  readonly #turn = new LoopTurn()

  constructor(follower: StoreFollower, remote: Authorizer, timings: ReplicaTimings) {
    this.#follower = follower
    this.#remote = remote
    this.#timings = timings
  }

  check(query: CheckQuery): Promise<CheckOutcome> {
    return this.#answer(query, checkInMemory, (asked) => this.#remote.check(asked))
  }

  listObjects(query: ListObjectsQuery): Promise<ListObjectsOutcome> {
    return this.#answer(query, listObjectsInMemory, (asked) => this.#remote.listObjects(asked))
  }

  listUsers(query: ListUsersQuery): Promise<ListUsersOutcome> {
    return this.#answer(query, listUsersInMemory, (asked) => this.#remote.listUsers(asked))
  }

  explain(query: CheckQuery): Promise<Explanation> {
    return this.#answer(query, explainInMemory, (asked) => this.#remote.explain(asked))
  }

  /** Each question is answered where it belongs; those that go to the server go together. */
  async batchCheck(queries: readonly CheckQuery[]): Promise<CheckOutcome[]> {
    const outcomes: (CheckOutcome | undefined)[] = new Array(queries.length).fill(undefined)
    const polled = !queries.some(isAfterCall) || (await this.#isPolled())
    for (const [index, query] of queries.entries()) {
      if (this.#turn.isOver) await this.#turn.wait()
      const memory = query.consistency === "higher_consistency" ? undefined : this.#follower.usable
      if (memory === undefined || (isAfterCall(query) && !polled)) continue
      outcomes[index] = checkInMemory(memory.evaluator, query)
    }
    const left = queries.flatMap((query, index) => (outcomes[index] === undefined ? [{ query, index }] : []))
    if (left.length > 0) {
      await this.#follower.requireStore()
      const answers = await this.#remote.batchCheck(left.map(({ query }) => asCurrent(query)))
      for (const [place, { index }] of left.entries()) outcomes[index] = answers[place]
    }
    return outcomes.map((outcome) => assertDefined(outcome, "every question has an answer"))
  }

  /** Always from the server. */
  async *read(filter?: ReadFilter): AsyncGenerator<RelationshipTuple> {
    await this.#follower.requireStore()
    yield* this.#remote.read(filter)
  }

  /** The server's part of a write. */
  async write(change: TupleChange): Promise<void> {
    await this.#follower.requireStore()
    return this.#remote.write(change)
  }

  async health(): Promise<PartHealth> {
    const { state, lagMilliseconds, memory } = this.#follower
    if (state === "gone") return { status: "failed", detail: "The authorization store was deleted." }
    if (state === "stopped") return { status: "failed", detail: "The authorizer is closed." }
    if (state === "following") {
      const lag = Math.round(lagMilliseconds ?? 0)
      return { status: "ok", detail: `Answers from memory: ${memory?.tuples.size} tuples, ${lag} ms behind.` }
    }
    const server = await this.#remote.health()
    if (server.status !== "ok") return server
    return state === "loading"
      ? { status: "ok", detail: "The tuples are being loaded; the server answers meanwhile." }
      : { status: "degraded", detail: "Memory is behind the change feed; the server answers meanwhile." }
  }

  async #answer<Query extends Asked, Answer>(
    query: Query,
    fromMemory: (evaluator: Evaluator, query: Query, isUsable: () => boolean) => Answer | Promise<Answer>,
    fromServer: (query: Query) => Promise<Answer>,
  ): Promise<Answer> {
    const { consistency } = query
    if (consistency !== "higher_consistency" && (!isAfterCall(query) || (await this.#isPolled()))) {
      if (this.#turn.isOver) await this.#turn.wait()
      const memory = this.#follower.usable
      if (memory !== undefined)
        return fromMemory(memory.evaluator, query, () => this.#follower.usable === memory)
    }
    await this.#follower.requireStore()
    return fromServer(asCurrent(query))
  }

  /** True where a poll that began after this call is complete. Does not wait for one where memory is of no use now. */
  async #isPolled(): Promise<boolean> {
    if (this.#follower.usable === undefined) return false
    return this.#follower.signals.next(this.#timings.maximumLagMilliseconds)
  }
}

function isAfterCall({ consistency }: Asked): boolean {
  return consistency === "after_call"
}

/** The server's caches may be older than memory may be: what it answers in memory's place has to be current. */
function asCurrent<Query extends Asked>(query: Query): Query {
  return { ...query, consistency: "higher_consistency" }
}
