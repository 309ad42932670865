import { compileModel } from "@gatehouse/rebac"
import fc from "fast-check"
import { StoreFollower } from "../follow-store.ts"
import { OwnWrites } from "../own-writes.ts"
import { defaultTimings } from "../replica-options.ts"
import { SimulatedStore, type SimulatedWrite } from "./simulated-store.ts"

/** What may happen, in an order that chance chooses; also while the follower waits for an answer. */
export type HistoryEvent =
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "poll" }
  | { readonly kind: "other"; readonly write: SimulatedWrite }
  | { readonly kind: "own"; readonly write: SimulatedWrite }
  | { readonly kind: "jump"; readonly milliseconds: number }
  | { readonly kind: "reach"; readonly reachable: boolean }
  | { readonly kind: "reload" }

const users = 2
/** Under the overlap: what the server's own deadline guarantees. */
const longestTransaction = 9_000

const write = fc.record({
  user: fc.nat(users - 1),
  remove: fc.boolean(),
  ignore: fc.boolean(),
  commitAfter: fc.oneof(fc.nat(50), fc.nat(300), fc.nat(longestTransaction)),
  acknowledgeAfter: fc.oneof(fc.nat(50), fc.nat(300), fc.nat(3_000)),
})

/** Histories with late commits, clocks that jump, outages and two writers. */
export const histories: fc.Arbitrary<HistoryEvent[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.nat(5_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.nat(30_000) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("poll" as const) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("other" as const), write }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("own" as const), write }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("jump" as const),
        milliseconds: fc.integer({ min: -60_000, max: 60_000 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("reach" as const), reachable: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("reload" as const) }) },
  ),
  { maxLength: 80 },
)

const model = compileModel({
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "document",
      relations: { viewer: { this: {} } },
      metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
    },
  ],
})

/**
 * Lets a follower and its own writes live through a history. Gives every moment at which memory could be used and said what was
 * not true at any time since the last complete poll began: there must be none. In the end it must be what is stored.
 */
export async function followHistory(events: readonly HistoryEvent[]): Promise<string[]> {
  const store = new SimulatedStore()
  const wrong: string[] = []
  const follower = new StoreFollower({
    createReader: (onSighting) => store.createReader(onSighting),
    readModel: async () => model,
    clock: store.clock,
    timings: { ...defaultTimings, maximumLagMilliseconds: Number.POSITIVE_INFINITY },
    logger: undefined,
  })
  const own = new OwnWrites(follower)
  const left = [...events]
  const step = () =>
    follower.step({ monotonic: store.clock.monotonicMilliseconds(), wall: store.clock.nowMilliseconds() })
  /** For each user when the last of its own writes was committed that has been acknowledged: memory may not be older. */
  const ownCommits = new Map<number, number>()
  const judge = (when: string) => {
    const memory = follower.usable
    const lag = follower.lagMilliseconds
    if (memory === undefined || lag === undefined) return
    for (let user = 0; user < users; user++) {
      const held = memory.tuples.has(SimulatedStore.tupleOf(user))
      const since = Math.max(store.now - lag, ownCommits.get(user) ?? 0)
      if (!store.wasStoredSo(user, held, since))
        wrong.push(
          `${when}: user ${user} is held as ${held} at ${store.now}, which it was not since ${since}`,
        )
    }
  }
  const writeOwn = async (asked: SimulatedWrite) => {
    const committed = store.now + asked.commitAfter
    try {
      await own.write(asChange(asked), () => store.write(asked))
    } catch {
      return
    }
    ownCommits.set(asked.user, Math.max(committed, ownCommits.get(asked.user) ?? 0))
    judge("after an own write")
  }
  const happen = (event: HistoryEvent) => {
    // A poll that falls into another is none.
    if (event.kind === "wait") store.advance(event.milliseconds)
    else if (event.kind === "other") store.write(event.write).catch(() => undefined)
    else if (event.kind === "own") void writeOwn(event.write)
    else if (event.kind === "jump") store.jump(event.milliseconds)
    else if (event.kind === "reach") store.reachable = event.reachable
    else if (event.kind === "reload") follower.reload()
  }
  store.pass = async () => {
    const next = left.shift()
    if (next !== undefined) happen(next)
    // Lets whoever was acknowledged go on.
    for (let turn = 0; turn < 10; turn++) await undefined
    judge("meanwhile")
  }
  for (let event = left.shift(); event !== undefined; event = left.shift()) {
    if (event.kind === "poll") await step()
    else happen(event)
    for (let turn = 0; turn < 10; turn++) await undefined
    judge(event.kind)
  }
  store.pass = async () => {}
  store.reachable = true
  store.advance(20_000)
  for (let attempt = 0; attempt < 10; attempt++) await step()
  for (let user = 0; user < users; user++) {
    const held = follower.usable?.tuples.has(SimulatedStore.tupleOf(user))
    if (held !== store.isStored(user)) wrong.push(`in the end user ${user} is held as ${held}`)
  }
  return wrong
}

function asChange({ user, remove }: SimulatedWrite) {
  const tuple = SimulatedStore.tupleOf(user)
  return remove ? { deletes: [tuple] } : { writes: [tuple] }
}
