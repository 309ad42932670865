import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { TupleChange } from "../authorizer.ts"
import type { StoreFollower } from "./follow-store.ts"
import { settleTuples } from "./settle-tuples.ts"
import { storedForm } from "./tuple-identity.ts"
import type { TupleMemory } from "./tuple-memory.ts"

/** One tuple of a write, and what it is to be afterwards. */
interface Effect {
  readonly key: TupleKey
  readonly stored: RelationshipTuple | undefined
}

/** Puts into memory what this process wrote itself, as soon as the server has acknowledged it. */
export class OwnWrites {
  readonly #follower: Pick<StoreFollower, "memory" | "reader" | "force">

  constructor(follower: Pick<StoreFollower, "memory" | "reader" | "force">) {
    this.#follower = follower
  }

  /**
   * Sends a change by `send`. When this returns, memory knows it, or is not used until it does. Where somebody touched a tuple
   * since the write began, nobody knows whose effect was the later one, so it is read. Throws what `send` throws.
   */
  async write(change: TupleChange, send: () => Promise<void>): Promise<void> {
    const memory = this.#follower.memory
    const since = memory?.hold()
    try {
      await send()
      const current = this.#follower.memory
      if (current === undefined) return
      const effects = effectsOf(change)
      // A memory begun meanwhile refuses `since`: it has perhaps read what came after this write.
      const doubtful =
        since === undefined ? effects : effects.filter(({ key, stored }) => !current.put(key, stored, since))
      await this.#settle(
        current,
        doubtful.map(({ key }) => key),
      )
    } finally {
      if (since !== undefined) memory?.release(since)
    }
  }

  async #settle(memory: TupleMemory, keys: readonly TupleKey[]): Promise<void> {
    if (keys.length === 0) return
    const settled = await settleTuples(this.#follower.reader, memory, keys).catch(() => false)
    if (!settled) for (const key of keys) this.#follower.force(key)
  }
}

function effectsOf({ writes = [], deletes = [] }: TupleChange): Effect[] {
  return [
    ...deletes.map(({ user, relation, object }) => ({ key: { user, relation, object }, stored: undefined })),
    ...writes.map((tuple) => ({ key: tuple, stored: storedForm(tuple) })),
  ]
}
